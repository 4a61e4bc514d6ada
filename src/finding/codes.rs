//! Every code: its name, its severity, and its page.

use super::Severity::{self, Error, Note, Warning};
use std::fmt;
use std::str::FromStr;

macro_rules! codes {
    ($($code:ident $name:literal $severity:ident $what:literal $why:literal $fix:literal)*) => {
        /// What kind of finding it is. Its name never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $name, "`: ", $what, ".")] $code,)*
        }

        impl Code {
            /// All of them, in the order of the documentation.
            pub const ALL: &[Code] = &[$(Code::$code),*];

            /// Its name, in kebab-case.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$code => $name,)* }
            }

            /// How much it matters, where nothing else is said.
            pub fn severity(self) -> Severity {
                match self { $(Code::$code => $severity,)* }
            }

            /// What it means, in a line.
            pub fn what(self) -> &'static str {
                match self { $(Code::$code => $what,)* }
            }

            /// Why it matters.
            pub fn why(self) -> &'static str {
                match self { $(Code::$code => $why,)* }
            }

            /// How to fix it.
            pub fn fix(self) -> &'static str {
                match self { $(Code::$code => $fix,)* }
            }
        }
    };
}

codes! {
    // Structure.
    Unreadable "unreadable" Error "the file can't be read, or not as what it is"
        "kubectl refuses the whole file, with all its contexts, and the others of $KUBECONFIG with it."
        "Mend the place that is named. A copy of an earlier version is better than a guess."
    WrongVersion "wrong-version" Error "kind or apiVersion are not those of a kubeconfig"
        "kubectl refuses the whole file: a kubeconfig has kind Config and apiVersion v1, or names neither."
        "Correct them, if it is a kubeconfig."
    WrongType "wrong-type" Error "a value of another kind than its field"
        "kubectl refuses the whole file: a list where a map belongs, a text where a switch does."
        "Correct the value. Often the indentation is wrong."
    EmptyFile "empty-file" Warning "there is nothing in the file"
        "To kubectl it is an empty configuration, so that it tries localhost:8080. A write that was cut off leaves such a file."
        "Take a copy of an earlier version, or remove the file."
    UnknownField "unknown-field" Note "a field that client-go does not know"
        "kubectl ignores it without a word, and drops it when it writes the file. A misspelt field does nothing."
        "Correct it if it was meant for a known one, which is a warning where one is near; put data of your own under \
         `extensions`, which is kept."
    DuplicateKey "duplicate-key" Warning "a key stands twice in one map"
        "kubectl takes the last and ignores the first. Other programs refuse the file."
        "Keep the one that is meant. Where both are, as in two files that were joined, put what they hold under one."
    DuplicateName "duplicate-name" Error "two entries of one list have the same name"
        "kubectl refuses the file, and prints the entries with their secrets while doing so."
        "Rename one of them, and the contexts that mean it."
    LaterDocument "later-document" Warning "there is more behind the first YAML document"
        "kubectl reads the first document only. What stands behind `---` does nothing."
        "Put it into a file of its own, and both files into $KUBECONFIG, or merge them."
    AmbiguousScalar "ambiguous-scalar" Error "a text is written so that YAML reads something else"
        "Unquoted `yes`, `no`, `on`, `123` or `1e3` are booleans and numbers, and kubectl refuses them where a text belongs. Other \
         programs read texts, so the file works with one and not with the other."
        "Put the value in quotes."
    DanglingCluster "dangling-cluster" Error "a context names a cluster that is not there"
        "kubectl falls back to a cluster without an address, and connects to localhost:8080 or fails."
        "Correct the name, add the cluster, or remove the context."
    DanglingUser "dangling-user" Error "a context names a user that is not there"
        "kubectl connects without credentials, and is refused or asks for a password."
        "Correct the name, add the user, or remove the context."
    DanglingCurrentContext "dangling-current-context" Error "the current context is not there"
        "Every command without `--context` fails."
        "Name another: `use-context NAME`."
    ShadowedEntry "shadowed-entry" Warning "an entry is not used, because an earlier file has one of that name"
        "The first file of $KUBECONFIG wins, with the whole entry. A context of this file then leads to the cluster, or uses the \
         credentials, of the other file. Where both say the same it is a note."
        "Rename one of the two; `merge --on-conflict rename` does it."
    NoCurrentContext "no-current-context" Note "no context is the current one"
        "Every command needs `--context`; without it kubectl connects to localhost:8080."
        "Name one: `use-context NAME`. Some leave it out on purpose."
    UnusedCluster "unused-cluster" Note "no context names this cluster"
        "It does nothing."
        "Remove it, or add a context for it. It may be used by another file of $KUBECONFIG."
    UnusedUser "unused-user" Note "no context names this user"
        "Credentials that nobody uses lie there for whoever reads the file."
        "Remove it, or add a context for it. It may be used by another file of $KUBECONFIG."
    NoServer "no-server" Error "a cluster without a server"
        "kubectl refuses it."
        "Set `server`."
    InvalidServer "invalid-server" Error "a server that is no URL for an API server"
        "No client can connect to it."
        "Write https://HOST:PORT; IPv6 addresses in brackets."
    UserinfoInServer "userinfo-in-server" Warning "a user name or password in the URL of a server"
        "kubectl sends them as basic authentication in place of the token, and Kubernetes takes none since 1.19. Every \
         program that shows the URL shows them."
        "Remove them from the URL."
    InvalidNamespace "invalid-namespace" Warning "a namespace that Kubernetes would not accept"
        "A namespace is a DNS label: small letters, digits and `-`, at most 63. kubectl takes another, and the API server refuses the \
         requests in it."
        "Correct it."
    InvalidContext "invalid-context" Error "a context without a name, a cluster or a user"
        "client-go refuses it where it validates contexts; kubectl connects without what is missing."
        "Add what is missing."
    InvalidProxyUrl "invalid-proxy-url" Error "a proxy-url that is no URL, or of another kind than http, https or socks5"
        "kubectl refuses the context."
        "Write http://HOST:PORT, https://HOST:PORT or socks5://HOST:PORT."
    InvalidCertificateAuthority "invalid-certificate-authority" Error "certificate-authority can't be used"
        "kubectl refuses a file and data given both, a file that can't be opened, and a CA together with insecure-skip-tls-verify."
        "Keep one of the two, or correct the path."
    InvalidClientCertificate "invalid-client-certificate" Error "client-certificate can't be used"
        "kubectl refuses a file and data given both, and a file that can't be opened."
        "Keep one of the two, or correct the path."
    InvalidClientKey "invalid-client-key" Error "client-key can't be used"
        "kubectl refuses a certificate without a key, a file and data given both, and a file that can't be opened."
        "Give one key to the certificate, or correct the path."
    InvalidAuth "invalid-auth" Error "more than one way to log in"
        "kubectl refuses a token beside a user name or password, and a token file beside them."
        "Keep one of them."
    InvalidExec "invalid-exec" Error "a login command that client-go refuses"
        "It needs a command, an apiVersion and, with v1, an interactiveMode of Never, IfAvailable or Always; and no \
         auth-provider beside it."
        "Add what is missing, by the documentation of the command."
    InvalidAuthProvider "invalid-auth-provider" Error "a login plugin of client-go lacks settings"
        "kubectl refuses the user: oidc needs idp-issuer-url and client-id, and a CA that is one if it names any."
        "Add what is missing, or log in anew with the program that wrote it."
    InvalidImpersonation "invalid-impersonation" Error "impersonation of a uid, groups or extras without a user"
        "kubectl refuses it."
        "Set `as` too."

    // Certificates.
    CertExpired "cert-expired" Error "a client certificate has expired"
        "The API server answers with a bare 401 Unauthorized, which says nothing of the reason."
        "Get a new kubeconfig: of K3s and RKE2 restart the service on a server (systemctl restart k3s, or \
         rke2-server), which renews the certificates, and copy its k3s.yaml or rke2.yaml then; of RKE by `rke cert \
         rotate`, or by `recover` out of a state file that is newer than the kubeconfig."
    CertExpiresSoon "cert-expires-soon" Warning "a client certificate expires soon"
        "On that day this way in is closed."
        "Renew it while the way is open."
    CertNotYetValid "cert-not-yet-valid" Error "a client certificate is not valid yet"
        "The API server refuses it. Mostly a clock is wrong."
        "Look at the clocks, here and where it was made."
    CaExpired "ca-expired" Error "a CA's certificate has expired"
        "No certificate it signed is valid any more: kubectl refuses the server. Beside another CA that holds it is a note."
        "Rotate the cluster's CA, then get a new kubeconfig."
    CaExpiresSoon "ca-expires-soon" Warning "a CA's certificate expires soon"
        "On that day every certificate it signed is worthless: all clients and the cluster's own parts."
        "Rotate the cluster's CA in time; that takes planning."
    CertUnreadable "cert-unreadable" Error "there is no certificate where one belongs"
        "kubectl can't use the file or data."
        "Put the PEM of a certificate there. An empty or truncated copy is a frequent reason."
    CertUnsupported "cert-unsupported" Note "a certificate of a kind that can't be judged here"
        "Its signature or key is of an algorithm unknown to this program, so nothing is said of it."
        "Look at it with another program."
    NotVerified "not-verified" Note "a certificate that was not verified"
        "This program was built without what reads certificates or compares keys and signatures, so that nothing is said \
         of them."
        "Build it with the features `cert` and `verify`."
    KeyUnreadable "key-unreadable" Error "there is no usable private key where one belongs"
        "kubectl can't use the file or data; it knows no encrypted keys."
        "Put the PEM of the key there, unencrypted."
    KeyMismatch "key-mismatch" Error "a private key does not belong to its certificate"
        "kubectl refuses them: private key does not match public key."
        "Take both from one place. Often one of the two was renewed and the other was not."
    UnknownIssuer "unknown-issuer" Warning "the CA in the file did not sign the client certificate"
        "With RKE and kubeadm it means that parts of two clusters, or of two times, were mixed. Within an rkestate it \
         is an error. K3s, RKE2 and OpenShift have a CA for servers and one for clients: where their names show that \
         the two belong together, nothing is said."
        "For RKE and kubeadm take CA and certificate from one place."
    BadSignature "bad-signature" Error "a certificate names a CA of the file as its issuer, and that CA did not sign it"
        "The cluster's CA was made again under the same name, and one of the two is older."
        "Get a new kubeconfig from the cluster."
    NotClientAuth "not-client-auth" Error "a certificate that is not for clients"
        "Its extended key usage lacks clientAuth (RFC 5280, 4.2.1.12): the API server refuses it."
        "Take a client certificate. A server's certificate may have got there by mistake."
    NotACa "not-a-ca" Warning "the certificate in the place of a CA is not a CA certificate"
        "It signs nothing. It is good only for a server that shows this very certificate."
        "Put the CA's certificate there, if that was meant."
    DoubtfulCa "doubtful-ca" Warning "a CA that, by its name, signs something other than API servers"
        "K3s, RKE2 and kubeadm have separate CAs for clients, for etcd and for the front proxy, and Rancher has one of its \
         own. kubectl refuses a server whose certificate is of another CA than the one in the file."
        "Take the CA that signs the API server: server/tls/server-ca.crt in the data folder of K3s and RKE2."
    NoCa "no-ca" Note "no CA for a server that no public authority vouches for"
        "kubectl then trusts the certificate authorities of the system. They sign no private address and no private name, \
         and rarely an API server."
        "Add certificate-authority-data, if the server's certificate is not publicly trusted."
    WeakKey "weak-key" Warning "an RSA key of less than 2048 bits"
        "It can be broken, and newer clients refuse it."
        "Let the CA issue a new one."
    WeakSignature "weak-signature" Warning "a signature with MD5 or SHA-1"
        "It can be forged, and Go refuses it."
        "Let the CA issue a new one."
    OutlivesIssuer "outlives-issuer" Note "a certificate is valid longer than the CA that signed it"
        "It ends with its CA, whatever it says itself. Where the two end within an hour, as those that were made in \
         one go do, nothing is said."
        "Reckon with the CA's end."
    ClusterAdmin "cluster-admin" Note "a client certificate with full rights that nobody can take away"
        "The group system:masters is above all rules, and certificates can't be revoked in Kubernetes: whoever has the file \
         is the cluster's master until it ends."
        "Keep it as one keeps a root password; work with a user of lesser rights."
    ServerNotInSans "server-not-in-sans" Error "the server's address is not in the API server's certificate"
        "kubectl refuses the server: the certificate is valid for others."
        "Use an address that is in it, or add this one (`authentication.sans` of cluster.yml) and rotate."
    SharedCertificate "shared-certificate" Note "several users have one client certificate"
        "To the cluster they are one user: in its logs nobody can tell them apart."
        "Give each a certificate of its own, if they are different people."
    RefusedByClient "refused-by-client" Warning "kubectl takes it, and a client in another language refuses it"
        "Each TLS library has rules of its own for certificates and keys. The file works with kubectl, and the program that is \
         asked about with `--client` can't connect with it."
        "Renew the certificate and its key as the finding says, or set the other client's TLS up to take them."

    // Tokens.
    TokenExpired "token-expired" Error "a token has expired"
        "The API server answers with 401 Unauthorized."
        "Log in again, or get a new kubeconfig."
    TokenExpiresSoon "token-expires-soon" Warning "a token expires soon"
        "At that time this way in is closed."
        "Get a new one in time."
    TokenNotYetValid "token-not-yet-valid" Error "a token is not valid yet"
        "The API server answers with 401 Unauthorized. Mostly a clock is wrong."
        "Look at the clocks, here and where it was made."
    InvalidToken "invalid-token" Error "a token that no request can carry"
        "It goes into a header of each request. kubectl refuses a line break there (invalid header field value), and a server takes \
         what stands before the first blank, which is another token. Mostly two lines were copied as one."
        "Copy it anew, as one line without blanks."
    PlaceholderSecret "placeholder-secret" Error "a placeholder where a secret belongs"
        "`kubectl config view` prints REDACTED and DATA+OMITTED in place of secrets, and templates hold words such as \
         <token>. The secret itself is not in the file, so that nobody can log in with it."
        "Get the secret from where the file came from. `kubectl config view --raw` prints the secrets too."
    LimitedToken "limited-token" Warning "a token that may be refused before it ends"
        "It is bound to a pod or node and ends with it, it is for an audience other than the API server, or it names no \
         issuer."
        "Take a token that was made for the API server: kubectl create token NAME."
    NoCredentials "no-credentials" Note "a user without any way to log in"
        "kubectl asks for a user name and a password then, which servers hardly ever take; without a terminal it is nobody: \
         system:anonymous."
        "Add what was left out, or remove the user."
    TokenFileMissing "token-file-missing" Error "a token file is not there, can't be read, or is empty"
        "kubectl has no credentials then. Where there is a `token` beside it, that one is taken, and it is a note."
        "Correct the path. Files below /var/run/secrets exist only within a pod."
    RancherToken "rancher-token" Note "a token that Rancher made"
        "It ends when Rancher says so, 30 days after the download by default since 2.8, also on a direct way; no file says when, \
         and it can't be renewed while Rancher is gone."
        "Keep a way in with a certificate too: an export of the cluster's admin kubeconfig."
    UnboundToken "unbound-token" Warning "a token of Rancher's that the cluster itself may not accept"
        "On a direct way a cluster accepts only tokens that Rancher bound to it. A token that several clusters share is \
         good for Rancher alone. Where the file shows that it is, it is an error."
        "Download a kubeconfig of this cluster from Rancher."
    RevokedToken "revoked-token" Warning "a token that the cluster has turned off, or replaced"
        "The saved clusterauthtokens object says so. Where it may be of a later download under the same name, it is a \
         warning, else an error."
        "Download a new kubeconfig of this cluster from Rancher."
    GuessedCluster "guessed-cluster" Note "only its name says which cluster a context leads to"
        "Another cluster may have the same name."
        "Compare the CA, or ask the cluster for its nodes while it can be reached."

    // Security.
    InsecureSkipTlsVerify "insecure-skip-tls-verify" Warning "the server's certificate is not checked"
        "Whoever sits in between reads and changes everything, the credentials included."
        "Remove it and give the CA: certificate-authority-data."
    PlainHttp "plain-http" Warning "a server without TLS"
        "Everything can be read on the way. A server without a scheme counts as http too, and kubectl then leaves all \
         credentials out. To the machine itself it is a note."
        "Write https://."
    ExecCommand "exec-command" Note "a command that is run to log in"
        "kubectl runs it with your rights whenever the context is used. A file of somebody else's can name any command."
        "Look at what it is before using the file."
    LoginWithoutServer "login-without-server" Warning "Rancher's login command names no server, or no user"
        "Rancher 2.14.1 and others write an empty --server= into a file for several clusters. `rancher token` refuses \
         that, whether Rancher is there or not."
        "Set --server=HOST in the arguments, the host of Rancher, or download the kubeconfig again."
    ExecPathLookup "exec-path-lookup" Note "a login command without a path"
        "The first program of that name in $PATH is run, whatever that is on this machine."
        "Write the whole path, if the file stays on this machine."
    ExecNotFound "exec-not-found" Note "a login command that is not on this machine"
        "kubectl fails when it runs the command. Another machine may have it."
        "Install the command, or give its path."
    ExecEnv "exec-env" Warning "a login command is given variables that change what programs do"
        "LD_PRELOAD, PATH and the like make another program of it; proxy variables lead its connections elsewhere."
        "Remove them, unless you know why they are there."
    RemovedAuthProvider "removed-auth-provider" Error "a login plugin that client-go no longer has"
        "gcp and azure were removed in Kubernetes 1.26, others before: kubectl refuses the user."
        "Make the kubeconfig anew with the cloud's program of today (gke-gcloud-auth-plugin, kubelogin)."
    RemovedExecVersion "removed-exec-version" Error "a version of the login protocol that client-go no longer has"
        "client.authentication.k8s.io/v1alpha1 was removed in Kubernetes 1.24: kubectl refuses the user."
        "Make the kubeconfig anew, or write v1beta1 or v1 if the command speaks it."
    BasicAuth "basic-auth" Warning "a user name and password"
        "Kubernetes removed basic authentication in 1.19: only a proxy in front of the server can take them."
        "Use another way to log in."
    Proxy "proxy" Note "connections go through a proxy"
        "Without it this way in is closed, and who runs it sees where you connect to."
        "Make sure that it is meant, and that it works when Rancher is gone."
    OutsideReference "outside-reference" Warning "a path that leads out of the kubeconfig's folder"
        "A file of somebody else's can name any file of yours; it is read and, as a token, sent to the server. Of certificates and \
         keys, which are not sent, it is a note."
        "Copy the file beside the kubeconfig, or embed it with `export`."
    TokenFileAsSecretRead "token-file-as-secret-read" Warning "a token file that looks like no token"
        "kubectl sends the content of the file to the server, whatever it is: a private key, a password list."
        "Look at what the path means before using the file."
    LoosePermissions "loose-permissions" Warning "others can read or change the file"
        "Whoever reads it has the credentials in it; whoever can write to its folder can put another in its place. Where only the \
         group can read the file or write to the folder, it is a note."
        "chmod 600 for the file, and 700 for the folder."
    ControlCharacters "control-characters" Warning "a name with control characters"
        "A terminal acts on them: they can hide or fake what is shown."
        "Rename it."
    Impersonation "impersonation" Note "requests are made as somebody else"
        "The rights are those of the user named in `as`."
        "Make sure that it is meant."

    // RKE.
    NoEtcd "no-etcd" Error "no node has the role etcd"
        "The cluster can't be made; without etcd it has no memory."
        "Give the role to one, three or five nodes, or name an external etcd."
    EvenEtcd "even-etcd" Warning "an even number of etcd nodes"
        "It bears no more failures than one node less would, and one more machine can fail."
        "Have three or five."
    NoControlPlane "no-control-plane" Error "no node has the role controlplane"
        "The cluster would have no API server."
        "Give the role to at least one node, better to two or three."
    NoWorker "no-worker" Warning "no node has the role worker"
        "Nothing can run in it."
        "Give the role to at least one node."
    NotHighlyAvailable "not-highly-available" Note "one failing node stops the cluster"
        "With fewer than three etcd nodes or fewer than two control planes the loss of one node is an outage."
        "Three nodes with all roles are what Rancher recommends for RKE; K3s needs two servers with an external database, \
         or three with embedded etcd."
    DuplicateNode "duplicate-node" Error "two nodes have one address or one name"
        "RKE refuses the first, and confuses the others."
        "Correct one of them."
    DroppedKey "dropped-key" Warning "a key that RKE does not know and drops without a word"
        "What it was to set has its default. The camelCase names of the API belong into rkestate, not into cluster.yml."
        "Write it as RKE knows it, or remove it."
    InvalidCluster "invalid-cluster" Error "cluster.yml breaks one of RKE's own rules"
        "`rke up` refuses it."
        "Correct what is named."
    OverlappingCidr "overlapping-cidr" Error "the networks of services and pods overlap"
        "One address then means two things, and connections fail in strange ways."
        "Give each a network of its own."
    DifferingCidr "differing-cidr" Error "kube-api and kube-controller have different service networks"
        "Services get addresses that the API server does not accept."
        "Give both the same service_cluster_ip_range."
    StateNameCollision "state-name-collision" Warning "two cluster configurations share one state file"
        "RKE makes the names of the state and of the kubeconfig from that of the configuration without its extension: \
         cluster.yml and cluster.yaml overwrite each other's."
        "Rename one of them."
    MissingConfig "missing-config" Note "the configuration is not beside RKE's other files"
        "Without it RKE can't change the cluster. To get in, it is not needed."
        "Find a copy. The state holds what it said, in `desiredState.rkeConfig`, with RKE's defaults filled in."
    MissingState "missing-state" Warning "the state file is not there"
        "It holds the keys of all certificates. Without it RKE makes new ones at the next `rke up`, and nothing can be recovered. \
         Beside a configuration without a kubeconfig, which was perhaps never used, it is a note."
        "Find a copy, or save it from the cluster: kubectl -n kube-system get secret full-cluster-state -o json (a ConfigMap before \
         RKE 1.4.19 and 1.5.10). RKE before 0.2.0 has none."
    MissingKubeconfig "missing-kubeconfig" Note "RKE's kubeconfig is not beside its configuration"
        "It is the administrator's way in."
        "Where there is a state, `recover` makes it again; else `rke up` does."
    StaleKubeconfig "stale-kubeconfig" Error "the kubeconfig is older than the state"
        "Its certificate or key is no longer what the state has: `rke up` or `rke cert rotate` was run since. A \
         certificate of the same CA works until it ends."
        "Make it again from the state: `recover`."
    StaleState "stale-state" Warning "the state is older than the kubeconfig beside it"
        "Each `rke up` makes a new certificate for the administrator, and writes it into both. This state was saved \
         before the last run: its nodes and certificates may be out of date, and what `recover` makes of it is older \
         than the kubeconfig there is."
        "Keep the kubeconfig. Save the state of today: kubectl -n kube-system get secret full-cluster-state -o json (a \
         ConfigMap before RKE 1.4.19 and 1.5.10)."
    ForeignKubeconfig "foreign-kubeconfig" Error "the kubeconfig is of another cluster than the state"
        "Its CA is not the state's."
        "Find the one that belongs to it, or make it from the state: `recover`."
    StateDrift "state-drift" Warning "cluster.yml and the state say different things"
        "The configuration was changed and not applied, or another one was."
        "Look at which is meant before the next `rke up`."
    IncompleteState "incomplete-state" Warning "the state lacks what a kubeconfig is made of"
        "`recover` needs the certificate of kube-ca and the certificate and key of kube-admin. RKE's own state has both from the first \
         `rke up` on."
        "Look for another copy: in the cluster (full-cluster-state), which has that of today, beside RKE's \
         cluster.yml, or in an etcd snapshot (`unzip -l SNAPSHOT` shows whether there is one)."
    NotAdmin "not-admin" Warning "the administrator's certificate is not of system:masters"
        "RKE's kube-admin has all rights by the group system:masters (O in its certificate). Without it the \
         certificate logs in, and has the rights that role bindings give it, if any. Certificates of your own (`rke up \
         --custom-certs`) may lack it."
        "Make a certificate with O=system:masters, or bind the user to cluster-admin while somebody has the rights to \
         do so."
    EmptyCurrentState "empty-current-state" Note "the state knows no current cluster"
        "`rke up` did not come to its end, or only `rke up --init` was run: what is desired was perhaps never made."
        "Run `rke up` again, or find a later state."

    // Rancher.
    ProxiedOnly "proxied-only" Note "the only way into a cluster is through Rancher"
        "When Rancher is down, so is this way."
        "Where Rancher made the cluster, or it is an imported K3s or RKE2: enable the authorized cluster endpoint and \
         download the kubeconfig again, or add its contexts with `ace`. Of a hosted cluster, which has no such \
         endpoint, keep a kubeconfig of the cloud's own. `outage` says for each cluster what is missing."
    FqdnWithoutPort "fqdn-without-port" Note "an authorized endpoint by name, without a port"
        "Rancher adds none, so clients use 443. An API server is mostly at 6443 (rancher#43612)."
        "Type the port into Rancher's field FQDN, or correct the server, if the load balancer does not listen on 443."
    FqdnWithoutCa "fqdn-without-ca" Note "an authorized endpoint by name, without a CA"
        "Its certificate must be publicly trusted. Rancher does not fall back to the cluster's own CA (rancher#26986)."
        "Give Rancher the CA of what answers there, if it is a private one."
    EndpointWebhook "endpoint-webhook" Warning "an authorized endpoint of a cluster that was imported"
        "Rancher sets the endpoint up by itself only in clusters that it made. On imported K3s and RKE2 the direct \
         way answers 401 until the webhook's file is on every server (rancher#35161)."
        "Put kube-api-authn-webhook.yaml on every server and restart the service, as Rancher's documentation of \
         registered clusters says. Then try the context: kubectl --context NAME get namespaces."
    UnbracketedIpv6 "unbracketed-ipv6" Warning "an IPv6 address without brackets"
        "Rancher writes it so. RFC 3986 forbids it: kubectl built with Go before 1.26 takes the last colon for that of the port, \
         newer ones and other programs refuse it. Without a port it is an error: the last part of the address is taken for one."
        "Write https://[ADDRESS]:6443."
    HtmlEscaped "html-escaped" Note "a name with HTML entities in it"
        "Rancher up to 2.11 escaped names like HTML: `&` became `&amp;`. The names differ from those that Rancher shows."
        "Rename the entry, or download the kubeconfig from Rancher 2.12 or later."
}

impl Code {
    /// Its page, of a few lines: what it means, why it matters, how to fix it.
    pub fn page(self) -> String {
        let fix = wrapped(&format!("How to fix it: {}", self.fix()));
        format!("{self} ({}): {}\n\n{}\n\n{fix}\n", self.severity(), self.what(), wrapped(self.why()))
    }
}

/// Lines of at most 80 characters.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 80;
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                if !line.is_empty() {
                    line.push(' ');
                }
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines.join("\n")
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The codes that have a word of the text in them.
fn nearest(text: &str) -> String {
    let words: Vec<&str> = text.split(['-', '_', ' ']).filter(|word| word.len() > 2).collect();
    let has_one = |code: &&Code| words.iter().any(|word| code.as_str().contains(word));
    let codes: Vec<&str> = Code::ALL.iter().filter(has_one).map(|code| code.as_str()).take(8).collect();
    match codes.is_empty() {
        true => "the documentation of kubeconfig::check has a table of them; each finding names its own".to_owned(),
        false => format!("perhaps {}", codes.join(", ")),
    }
}

impl FromStr for Code {
    type Err = crate::Error;

    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) where there is no such code.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Code::ALL.iter().find(|code| code.as_str() == text).copied().ok_or_else(|| {
            crate::Error::new(crate::ErrorKind::Usage, format!("there is no code {text:?}")).with_help(nearest(text))
        })
    }
}
