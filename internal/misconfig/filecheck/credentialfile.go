package filecheck

import (
	"fmt"
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// credentialKind is a kind of file that exists to hold credentials.
type credentialKind struct {
	title    string
	severity seaworthy.Severity
	// bases are names of files wherever they are. tails are ends of paths, for
	// names that mean something in one directory only; suffixes are extensions.
	bases    []string
	tails    []string
	suffixes []string
}

// credentialKinds lists them; the first kind that fits a path counts. Files of
// ordinary configuration that may hold a password (settings.py, config.json)
// are not here: whether they do is a question of content.
var credentialKinds = [...]credentialKind{
	{
		title: "a private key", severity: seaworthy.Medium,
		bases: []string{
			"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk", "identity.pem", "deploy_key", "secring.gpg",
			"privkey.pem", "private.pem", "private-key.pem", "private_key.pem", "key.pem", "server-key.pem", "server.key.pem", "client-key.pem",
			"ca-key.pem", "tls-key.pem", "ssl.key", "tls.key", "server.key", "client.key", "private.key", "privkey.key", "ca.key", "domain.key",
			"host.key", "localhost.key", "localhost-key.pem", "ssl-cert-snakeoil.key", "apiserver.key", "sa.key", "master.key",
		},
		suffixes: []string{".ppk"},
	},
	{
		title: "a key or password store", severity: seaworthy.Medium,
		suffixes: []string{".kdbx", ".kdb", ".p12", ".pfx", ".jks", ".keystore", ".keychain"},
		bases:    []string{".vault-token", ".vault_pass", "vault_pass.txt", "wallet.dat"},
	},
	{
		title: "credentials for a cloud, cluster or registry", severity: seaworthy.Medium,
		bases: []string{
			".dockercfg", "kubeconfig", "kubeconfig.yaml", "kubeconfig.yml", "terraform.tfstate", "terraform.tfstate.backup", ".boto", ".s3cfg",
			"service-account.json", "service_account.json", "serviceAccountKey.json", "application_default_credentials.json", "client_secret.json",
			"accessTokens.json", "msal_token_cache.json", "credentials.tfrc.json", ".terraformrc",
		},
		tails: []string{
			".aws/credentials", ".docker/config.json", ".kube/config", ".config/gcloud/credentials.db", ".config/gh/hosts.yml",
			"kubernetes/admin.conf", ".oci/config", ".fly/config.yml", ".config/containers/auth.json",
		},
	},
	{
		title: "logins for hosts or repositories", severity: seaworthy.Medium,
		bases: []string{
			".netrc", "_netrc", ".git-credentials", ".pypirc", ".pgpass", ".my.cnf", ".mylogin.cnf", ".htpasswd", ".esmtprc", ".msmtprc",
			".rhosts", ".shosts", ".ftpconfig", ".remote-sync.json", "sftp-config.json",
		},
		tails: []string{".gem/credentials", ".cargo/credentials", ".cargo/credentials.toml", ".m2/settings.xml", ".m2/settings-security.xml",
			".composer/auth.json", ".subversion/auth/svn.simple", "etc/krb5.keytab"},
	},
	{
		title: "credentials", severity: seaworthy.Low,
		bases: []string{
			".npmrc", ".yarnrc.yml", ".env", ".env.local", ".env.prod", ".env.production", ".env.dev", ".env.development", ".env.staging",
			".env.test", ".envrc", "terraform.tfvars", "secrets.yml", "secrets.yaml", "secrets.json", "credentials.json", "credentials.xml",
		},
	},
	{
		title: "a command history", severity: seaworthy.Low,
		bases: []string{
			".bash_history", ".zsh_history", ".sh_history", ".ash_history", ".history", ".python_history", ".mysql_history", ".psql_history",
			".node_repl_history", ".rediscli_history", ".dbshell", ".mongorc.js", ".irb_history", ".sqlite_history",
		},
	},
}

func credentialFileInterests() []check.Interest {
	in := check.Interest{Name: "credential-file", Only: func(h *seaworthy.Header) bool {
		return (h.Type == seaworthy.Regular && h.Size > 0) && credentialKindOf(h.Path) >= 0
	}}
	for _, k := range credentialKinds {
		in.Bases = append(in.Bases, k.bases...)
		in.Suffixes = append(in.Suffixes, k.suffixes...)
		for _, tail := range k.tails {
			in.Bases = append(in.Bases, path.Base(tail))
		}
	}
	in.Under = []string{"etc/ssl/private", "etc/pki/tls/private"}
	return []check.Interest{in}
}

// credentialKindOf is the position of a path's kind in credentialKinds, or -1.
func credentialKindOf(p string) int {
	base := path.Base(p)
	ext := path.Ext(base)
	for i, k := range credentialKinds {
		for _, b := range k.bases {
			if b == base {
				return i
			}
		}
		for _, tail := range k.tails {
			if rest, ok := strings.CutSuffix(p, tail); ok && (rest == "" || rest[len(rest)-1] == '/') {
				return i
			}
		}
		for _, s := range k.suffixes {
			if s == ext && base != ext {
				return i
			}
		}
	}
	if ext == ".key" && (strings.HasPrefix(p, "etc/ssl/private/") || strings.HasPrefix(p, "etc/pki/tls/private/")) {
		return 0
	}
	return -1
}

// credentialFileChecks go by names only. The contents are for the secret analyzer.
func credentialFileChecks() []check.Check {
	return []check.Check{{
		ID: "credential-file", Title: "File name suggests credentials",
		Severity: seaworthy.Medium,
		CIS:      []string{"4.10"},
		Dockle:   []string{"CIS-DI-0010"},
		Detail:   "Anyone who can pull the image can read it, even if a later layer removes it. This check goes by the name alone; the contents are searched under the risk secret.",
		Remedy: check.Remedy(
			"Keep the file out of the build with .dockerignore, and replace the credentials.",
			seaworthy.Note("If one step of the build needs it, mount it there:"),
			seaworthy.Dockerfile("RUN --mount=type=secret,id=NAME,target=FILE,required=true COMMAND"),
			seaworthy.Note("If the container needs it, mount it when the container starts."),
		),
		References: []string{"https://docs.docker.com/build/building/secrets/"},
		Find:       findCredentialFiles,
	}}
}

func findCredentialFiles(s *check.Image) []check.Violation {
	var list []check.Violation
	at := map[string]int{}
	tests := check.Violation{Severity: seaworthy.Negligible, Title: "File names in packages' tests and examples suggest credentials"}
	for _, e := range s.Entries("credential-file") {
		if javaTrustStore(e.Path) {
			continue
		}
		if testData(e.Path) {
			if tests.Locations = append(tests.Locations, s.Location(e, 0)); len(tests.Locations) == 1 {
				tests.Evidence = "the first is /" + check.Shown(e.Path)
			}
			continue
		}
		if i, ok := at[e.Path]; ok {
			list[i].Locations = append(list[i].Locations, s.Location(e, 0))
			continue
		}
		k := credentialKinds[credentialKindOf(e.Path)]
		v := check.Violation{
			Severity: k.severity, Title: "File name suggests " + k.title + ": " + check.Shown(path.Base(e.Path)),
			Evidence: fmt.Sprintf("/%s (%d bytes, mode %04o)", check.Shown(e.Path), e.Size, e.Mode), Locations: []seaworthy.Location{s.Location(e, 0)},
		}
		if !e.Live() {
			v.Detail = "Containers no longer see it."
		}
		at[e.Path] = len(list)
		list = append(list, v)
	}
	if len(tests.Locations) > 0 {
		list = append(list, tests)
	}
	return list
}

// javaTrustStore is true for the certificates that Java trusts, which are no
// secret.
func javaTrustStore(p string) bool {
	base := path.Base(p)
	return base == "cacerts" || base == "cacerts.jks" || base == "jssecacerts" || base == "truststore.jks" || base == "truststore.p12" ||
		strings.HasSuffix(p, "/lib/security/"+base) || strings.HasPrefix(p, "etc/pki/ca-trust/") || strings.HasPrefix(p, "etc/ssl/certs/")
}
