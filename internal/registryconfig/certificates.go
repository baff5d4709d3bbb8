package registryconfig

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Certificates are what the directories certs.d have for a registry.
type Certificates struct {
	// Authorities are PEM files of CA certificates to trust for the registry, in addition
	// to the system's.
	Authorities [][]byte
	// Client are the certificates that identify this client to the registry.
	Client []tls.Certificate
}

// Certificates returns the certificates for a registry, host[:port]. In its directory,
// *.crt are CA certificates, and *.cert is a client certificate with its key in the *.key
// of the same name. A file that cannot be read is an error.
func (c *Config) Certificates(registry string) (Certificates, error) {
	var found Certificates
	if strings.ContainsAny(registry, `/\`) || registry == ".." {
		return found, nil
	}
	for _, parent := range c.CertificateDirectories {
		dir := filepath.Join(parent, registry)
		entries, err := os.ReadDir(dir)
		if isAbsent(err) || errors.Is(err, fs.ErrPermission) {
			continue
		}
		if err != nil {
			return found, err
		}
		for _, e := range entries {
			if err := found.add(dir, e.Name()); err != nil {
				return found, err
			}
		}
	}
	return found, nil
}

// add adds the certificates in a file of a directory.
func (c *Certificates) add(dir, name string) error {
	path := filepath.Join(dir, name)
	switch filepath.Ext(name) {
	case ".crt":
		data, err := readFile(path)
		if err != nil {
			return err
		}
		if !x509.NewCertPool().AppendCertsFromPEM(data) {
			return fmt.Errorf("no PEM certificate in %s", path)
		}
		c.Authorities = append(c.Authorities, data)
	case ".cert":
		certificate, err := readFile(path)
		if err != nil {
			return err
		}
		key, err := readFile(strings.TrimSuffix(path, ".cert") + ".key")
		if err != nil {
			return fmt.Errorf("cannot read the key of the client certificate %s: %w", path, err)
		}
		pair, err := tls.X509KeyPair(certificate, key)
		if err != nil {
			return fmt.Errorf("client certificate %s: %w", path, err)
		}
		c.Client = append(c.Client, pair)
	}
	return nil
}
