package filekind

import "seaworthy.dev/seaworthy"

// fileKinds are the files that exist to hold credentials, by their names; the first
// kind that fits a path counts. Files of ordinary configuration that may hold a
// password (settings.py, config.json) are not here: that depends on their content.
var fileKinds = [...]Kind{
	{
		Title: "a private key", Severity: seaworthy.Medium,
		Bases: []string{
			"id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "id_ecdsa_sk", "id_ed25519_sk", "identity.pem", "deploy_key", "secring.gpg",
			"privkey.pem", "private.pem", "private-key.pem", "private_key.pem", "key.pem", "server-key.pem", "server.key.pem", "client-key.pem",
			"ca-key.pem", "tls-key.pem", "ssl.key", "tls.key", "server.key", "client.key", "private.key", "privkey.key", "ca.key", "domain.key",
			"host.key", "localhost.key", "localhost-key.pem", "ssl-cert-snakeoil.key", "apiserver.key", "sa.key", "master.key",
		},
		Suffixes: []string{".ppk"},
	},
	{
		Title: "a key or password store", Severity: seaworthy.Medium,
		Suffixes: []string{".kdbx", ".kdb", ".p12", ".pfx", ".jks", ".keystore", ".keychain"},
		Bases:    []string{".vault_pass", "vault_pass.txt", "wallet.dat"},
	},
	{
		Title: "a key or password store", Severity: seaworthy.Medium, clearText: true,
		Bases: []string{".vault-token"},
	},
	{
		Title: "credentials for a cloud, cluster or registry", Severity: seaworthy.Medium, clearText: true,
		Bases: []string{".dockercfg", "kubeconfig", ".boto", ".s3cfg", ".terraformrc"},
		Tails: []string{".aws/credentials", ".docker/config.json", ".kube/config", ".config/containers/auth.json"},
	},
	{
		Title: "credentials for a cloud, cluster or registry", Severity: seaworthy.Medium,
		Bases: []string{
			"kubeconfig.yaml", "kubeconfig.yml", "terraform.tfstate", "terraform.tfstate.backup",
			"service-account.json", "service_account.json", "serviceAccountKey.json", "application_default_credentials.json", "client_secret.json",
			"accessTokens.json", "msal_token_cache.json", "credentials.tfrc.json",
		},
		Tails: []string{".config/gcloud/credentials.db", ".config/gh/hosts.yml", "kubernetes/admin.conf", ".oci/config", ".fly/config.yml"},
	},
	{
		Title: "logins for hosts or repositories", Severity: seaworthy.Medium, clearText: true,
		Bases: []string{".netrc", "_netrc", ".git-credentials", ".pypirc", ".pgpass", ".my.cnf"},
		Tails: []string{".gem/credentials", ".cargo/credentials", ".cargo/credentials.toml", ".m2/settings.xml", ".composer/auth.json"},
	},
	{
		Title: "logins for hosts or repositories", Severity: seaworthy.Medium,
		Bases: []string{
			".mylogin.cnf", ".htpasswd", ".esmtprc", ".msmtprc", ".rhosts", ".shosts", ".ftpconfig", ".remote-sync.json", "sftp-config.json",
		},
		Tails: []string{".m2/settings-security.xml", ".subversion/auth/svn.simple", "etc/krb5.keytab"},
	},
	{
		Title: "credentials", Severity: seaworthy.Low, clearText: true,
		Bases: []string{
			".npmrc", ".yarnrc.yml", ".env", ".env.local", ".env.prod", ".env.production", ".env.dev", ".env.development", ".env.staging",
			".env.test", ".envrc", "terraform.tfvars", "secrets.yml", "secrets.yaml", "secrets.json", "credentials.json",
		},
	},
	{
		Title: "credentials", Severity: seaworthy.Low,
		Bases: []string{"credentials.xml"},
	},
	{
		Title: "a command history", Severity: seaworthy.Low,
		Bases: []string{
			".bash_history", ".zsh_history", ".sh_history", ".ash_history", ".history", ".python_history", ".mysql_history", ".psql_history",
			".node_repl_history", ".rediscli_history", ".dbshell", ".mongorc.js", ".irb_history", ".sqlite_history",
		},
	},
	{
		Title: "a private key", Severity: seaworthy.Medium,
		Suffixes: []string{".key"}, Under: []string{"etc/ssl/private", "etc/pki/tls/private"},
	},
}
