// Makes certificates.pem: certificates as programs written in Go make them, with their templates. The keys are thrown
// away. `go run make.go > certificates.pem`
package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"time"
)

type issuer struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func sign(name string, template *x509.Certificate, key crypto.Signer, by *issuer) *issuer {
	parent, signer := template, key
	if by != nil {
		parent, signer = by.certificate, by.key
	}
	der := must(x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer))
	fmt.Println("#", name)
	if err := pem.Encode(os.Stdout, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
		panic(err)
	}
	return &issuer{must(x509.ParseCertificate(der)), key}
}

func main() {
	start, end := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	rsaKey := func() crypto.Signer { return must(rsa.GenerateKey(rand.Reader, 2048)) }
	ecKey := func(curve elliptic.Curve) crypto.Signer { return must(ecdsa.GenerateKey(curve, rand.Reader)) }
	serial := func() *big.Int { return must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))) }
	both := x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment
	ca := func(name pkix.Name) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(0), Subject: name, NotBefore: start, NotAfter: end,
			KeyUsage: both | x509.KeyUsageCertSign, BasicConstraintsValid: true, IsCA: true}
	}
	leaf := func(name pkix.Name, usages ...x509.ExtKeyUsage) *x509.Certificate {
		return &x509.Certificate{SerialNumber: serial(), Subject: name, NotBefore: start, NotAfter: end.AddDate(0, 3, 0),
			KeyUsage: both, ExtKeyUsage: usages}
	}
	masters := []string{"system:masters"}

	rke := sign("rke ca", ca(pkix.Name{CommonName: "kube-ca"}), rsaKey(), nil)
	sign("rke admin", leaf(pkix.Name{CommonName: "kube-admin", Organization: masters}, x509.ExtKeyUsageClientAuth), rsaKey(), rke)
	server := leaf(pkix.Name{CommonName: "kube-apiserver"}, x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth)
	server.IPAddresses = []net.IP{net.ParseIP("10.43.0.1"), net.ParseIP("fd00::1")}
	server.DNSNames = []string{"localhost", "kubernetes", "kubernetes.default.svc.cluster.local"}
	sign("rke apiserver", server, rsaKey(), rke)

	sign("k3s server ca", ca(pkix.Name{CommonName: "k3s-server-ca@1767225600"}), ecKey(elliptic.P256()), nil)
	k3s := sign("k3s client ca", ca(pkix.Name{CommonName: "k3s-client-ca@1767225600"}), ecKey(elliptic.P256()), nil)
	sign("k3s admin", leaf(pkix.Name{CommonName: "system:admin", Organization: masters}, x509.ExtKeyUsageClientAuth), ecKey(elliptic.P256()), k3s)

	root := ca(pkix.Name{CommonName: "root", Organization: []string{"cert-manager"}, Country: []string{"DE"}})
	root.SerialNumber, root.SignatureAlgorithm = serial(), x509.SHA384WithRSAPSS
	manager := sign("cert-manager root", root, rsaKey(), nil)
	between := ca(pkix.Name{CommonName: "between"})
	between.SerialNumber, between.MaxPathLenZero = serial(), true
	middle := sign("cert-manager intermediate", between, ecKey(elliptic.P521()), manager)
	// Without a subject, so that the names have to be critical.
	names := leaf(pkix.Name{}, x509.ExtKeyUsageServerAuth)
	names.DNSNames = []string{"*.example.com"}
	_, ed25519Key := func() (ed25519.PublicKey, ed25519.PrivateKey) {
		public, private, err := ed25519.GenerateKey(rand.Reader)
		return public, must(private, err)
	}()
	sign("cert-manager leaf", names, ed25519Key, middle)
}
