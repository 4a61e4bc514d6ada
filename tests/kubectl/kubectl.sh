#!/bin/sh
# Stands in for kubectl in a recorded command line, and hands over to the program under test:
#   kubectl [flags] config VERB ...      ->  PROGRAM [flags] VERB ...
#   kubectl [flags] get --raw / [flags]  ->  PROGRAM [flags] resolve [flags]
# The arguments are rotated once: each is taken from the front and, unless it goes, put back at the end.
verb=
left=$#
while [ "$left" -gt 0 ]; do
    argument=$1
    shift
    left=$((left - 1))
    case $argument in
    --raw)
        if [ "$verb" = get ]; then
            shift
            left=$((left - 1))
        else
            set -- "$@" "$argument"
        fi
        ;;
    --kubeconfig | --context | --cluster | --user | --namespace | --server | --token | --certificate-authority | \
        --client-certificate | --client-key | --as | --as-group | --as-uid | --as-user-extra | --tls-server-name | \
        --username | --password | --request-timeout | --output | --v | --template | -n | -s | -o | -v)
        set -- "$@" "$argument"
        if [ "$left" -gt 0 ]; then
            set -- "$@" "$1"
            shift
            left=$((left - 1))
        fi
        ;;
    -*)
        set -- "$@" "$argument"
        ;;
    *)
        if [ -n "$verb" ]; then
            set -- "$@" "$argument"
        else
            verb=$argument
            case $verb in
            get) set -- "$@" resolve ;;
            config) ;;
            *) set -- "$@" "$verb" ;;
            esac
        fi
        ;;
    esac
done
exec "$KUBECONFIG_TEST_PROGRAM" "$@"
