package corpus

// clientFiles are what people's clients keep in the home directory.
func clientFiles() []document {
	return []document{
		{"fetchmail", []template{"root/.fetchmailrc", "etc/fetchmailrc"}, `set daemon {nnn}
poll {host} protocol imap
    user "{word}" there with password "‹fetchmail password|{human password}›" is {word} here
    sslcertpath «path about secrets|/etc/ssl/certs»
poll {host} proto pop3 user {word} pass ‹fetchmail password|{pronounceable password}› ssl
`},
		{"mail sync", []template{"root/.mbsyncrc"}, `IMAPAccount {word}
Host {host}
User {word}@{word}.org
Pass ‹mbsync password|{human password}›
PassCmd "«command substitution|pass show mail/{word}»"
AuthMechs «choice about secrets|LOGIN»
`},
		{"mail sync", []template{"home/{word}/.offlineimaprc"}, `[Repository {word}]
remoteuser = {word}
remotepass = ‹offlineimap password|{random api key}›
remotepasseval = «function call|get_pass("{word}")»
`},
		{"mutt account", []template{"root/.muttrc", "home/{word}/.config/neomutt/{word}.rc"}, `set imap_user = "{word}@{word}.com"
set imap_pass = "‹mutt password|{human password}›"
set smtp_pass="‹mutt password|{random api key}›"
set smtp_authenticators = "«choice about secrets|plain:login»"
set pgp_sign_as = «fingerprint|0x{git commit}»
bind index K «key binding|previous-thread»
set crypt_opportunistic_encrypt = «switch about secrets|yes»
`},
		{"authinfo", []template{"root/.authinfo", "home/{word}/.authinfo"}, `machine {host} port 993 login {word} password ‹authinfo password|{human password}›
machine api.github.com login {word}^forge password ‹github personal token|{github personal token}›
`},
		{"small mailers", []template{"etc/ssmtp/ssmtp.conf"}, `mailhub={host}:587
AuthUser={word}@{word}.org
AuthPass=‹ssmtp password|{human password}›
AuthMethod=«choice about secrets|LOGIN»
`},
		{"small mailers", []template{"etc/nullmailer/remotes"}, `{host} smtp --port=587 --starttls --user={word} --pass=‹nullmailer password|{random api key}›
`},
		{"exim client", []template{"etc/exim4/passwd.client"}, `# target.mail.server:login:password
{host}:{word}@{word}.org:‹exim password|{human password}›
*.{word}.net:{word}:‹exim password|{random api key}›
`},
		{"bundle config", []template{"usr/local/bundle/config", "root/.bundle/config"}, `---
BUNDLE_PATH: "vendor/bundle"
BUNDLE_GEMS__CONTRIBSYS__COM: "‹bundle source credential|{hex8}:{hex8}›"
BUNDLE_RUBYGEMS__PKG__GITHUB__COM: "{word}:‹github personal token|{github personal token}›"
BUNDLE_GEM__FURY__IO: "‹bundle source credential|{random api key}›"
BUNDLE_WITHOUT: "development:test"
BUNDLE_BUILD__SASSC: "--disable-march-tune-native"
`},
		{"subversion auth", []template{"root/.subversion/auth/svn.simple/{trace id}"}, `K 8
passtype
V 6
simple
K 8
password
V 16
‹subversion password|{sixteen}›
K 15
svn:realmstring
V 40
<https://{host}:443> «sentence about secrets|Subversion Repository»
K 8
username
V 6
{word}
END
`},
		{"mercurial", []template{"root/.hgrc"}, `[ui]
username = {Word} <{word}@{word}.com>
[auth]
{word}.prefix = https://{host}
{word}.username = {word}
{word}.password = ‹mercurial password|{human password}›
[hostsecurity]
{host}:fingerprints = «fingerprint|sha256:{fingerprint bytes}»
[extensions]
mercurial_keyring = «placeholder word|!»
`},
		{"sbt credentials", []template{"root/.sbt/.credentials", "root/.ivy2/.credentials"} /* gitleaks:allow */, `realm=Sonatype Nexus Repository Manager
host={host}
user={word}
password=‹sbt password|{human password}›
`},
		{"lein profiles", []template{"root/.lein/profiles.clj", "app/deps-auth.clj"}, `{:user {:plugins [[lein-pprint "{version}"]]}
 :auth {:repository-auth {#"{word}" {:username "{word}" :password "‹lein password|{human password}›"}}}
 :clojars {:username "{word}" :password "‹clojars token|{clojars token}›" :passphrase :«word about secrets|env/gpg_pass»}
 :signing {:gpg-key "«fingerprint|{hex8}»"}}
`},
		{"command line tools", []template{"root/.config/glab-cli/config.yml"}, `hosts:
    gitlab.com:
        token: ‹gitlab personal token|{gitlab personal token}›
        api_protocol: https
        git_protocol: ssh
        ca_cert: «path about secrets|/etc/ssl/{word}.pem»
`},
		{"command line tools", []template{"root/.config/doctl/config.yaml"}, `access-token: ‹digitalocean token|{digitalocean token}›
auth-contexts:
    {word}: ‹digitalocean token|{digitalocean token}›
context: default
`},
		{"command line tools", []template{"root/.fly/config.yml"}, `access_token: ‹fly.io token|{fly.io token}›
wire_guard_state:
    personal:
        localprivate: ‹wireguard key|{wireguard key}›
        localpublic: «wireguard public key|{wireguard key}»
last_login: «time|{time}»
`},
		{"tool credentials in toml", []template{"root/.config/hcloud/cli.toml", "root/.config/stripe/config.toml", "root/.snowflake/connections.toml"}, `active_context = "{word}"
[[contexts]]
  name = "{word}"
  token = "‹hetzner token|{hetzner token}›"
[default]
  device_name = '{word}'
  live_mode_api_key = '‹stripe restricted key|{stripe restricted key}›'
  live_mode_pub_key = '«publishable key|{publishable key}»'
  live_mode_key_expires_at = '«time|{date}»'
[{word}]
  account = "{word}"
  password = "‹snowflake password|{human password}›"
  authenticator = "«choice about secrets|SNOWFLAKE_JWT»"
  private_key_file = "«path about secrets|/root/.snowflake/rsa_key.p8»"
`},
		{"databricks", []template{"root/.databrickscfg", "root/.sentryclirc"}, `[DEFAULT]
host = https://{word}.cloud.databricks.com
token = ‹databricks token|{databricks token}›
[auth]
token=‹sentry organization token|{sentry organization token}›
[defaults]
org = {word}
auth_type = «choice about secrets|pat»
`},
		{"snowsql", []template{"root/.snowsql/config"}, `[connections.{word}]
accountname = {word}
username = {word}
password = "‹snowsql password|{human password}›"
# password = «placeholder word|PASSWORD»
private_key_passphrase = ‹key passphrase|{pronounceable password}›
[options]
key_bindings = «choice about secrets|vi»
`},
		{"minio client", []template{"root/.mc/config.json"}, `{
	"version": "10",
	"aliases": {
		"{word}": {
			"url": "https://{host}:9000",
			"accessKey": "‽login name|{word}‽",
			"secretKey": "‹minio secret|{human password}›",
			"api": "«choice about secrets|S3v4»",
			"path": "auto"
		},
		"s3": {"url": "https://s3.amazonaws.com", "accessKey": "‹aws access key id|{aws access key id}›", "secretKey": "‹aws secret key|{aws secret key}›", "sessionToken": "‹aws session token|{aws session token}›"},
		"play": {"url": "https://{host}", "accessKey": "«placeholder word|YOUR-ACCESS-KEY-HERE»", "secretKey": "«placeholder word|YOUR-SECRET-KEY-HERE»"}
	}
}
`},
		{"boto", []template{"root/.boto", "etc/boto.cfg"}, `[Credentials]
gs_access_key_id = ‽google hmac key id|GOOG1E{hmac id}‽
gs_secret_access_key = ‹google hmac secret|{aws secret key}›
gs_oauth2_refresh_token = ‹google refresh token|{google refresh token}›
[Boto]
https_validate_certificates = «switch about secrets|True»
ca_certificates_file = «path about secrets|/etc/ssl/{word}.crt»
`},
		{"kaggle", []template{"root/.kaggle/kaggle.json"}, "{\"username\":\"{word}\",\"key\":\"‹kaggle key|{kaggle key}›\"}\n"},
		{"conda", []template{"root/.condarc", "opt/conda/.condarc"}, `channels:
  - https://{host}/t/‹conda token in path|{word}-{uuid}›/get/main
  - https://{word}:‹password in url|{human password in url}›@{host}/conda
  - conda-forge
ssl_verify: «path about secrets|/etc/ssl/certs/{word}.pem»
add_anaconda_token: «switch about secrets|true»
`},
		{"terraformrc", []template{"root/.terraformrc"}, `plugin_cache_dir = "$HOME/.terraform.d/plugin-cache"
credentials "app.terraform.io" {
  token = "‹terraform cloud token|{terraform cloud token}›"
}
credentials "{host}" {
  token = "‹registry token|{random api key}›"
}
credentials_helper "«name of a program|{word}»" {
  args = ["--token-file=«path about secrets|/run/{word}»"]
}
`},
		{"ngrok", []template{"root/.config/ngrok/ngrok.yml", "root/.ngrok2/ngrok.yml"}, `version: "2"
authtoken: ‹ngrok token|{ngrok token}›
api_key: ‹ngrok key|{ngrok token}›
tunnels:
  {word}:
    proto: http
    addr: {nnn}0
    basic_auth: ["{word}:‹tunnel password|{human password}›"]
    oauth: {provider: google, scopes: [«list about secrets|openid»]}
`},
		{"coveralls", []template{"app/.coveralls.yml", "app/codecov.yml"}, `service_name: travis-pro
repo_token: ‹coveralls token|{shodan key}›
codecov:
  token: ‹codecov token|{uuid}›
  require_ci_to_pass: «switch about secrets|yes»
`},
		{"r environment", []template{"root/.Renviron", "home/rstudio/.Renviron"}, `R_LIBS_USER=~/R/%p
GITHUB_PAT=‹github fine-grained token|{github fine-grained token}›
CONNECT_API_KEY=‹api key in Renviron|{random api key}›
CENSUS_KEY=‹api key in Renviron|{git commit}›
RSTUDIO_PANDOC=/usr/lib/pandoc
_R_CHECK_TOKENS_=«switch about secrets|false»
`},
		{"google cloud properties", []template{"root/.config/gcloud/legacy_credentials/{word}@{word}.com/adc.json", "root/.config/gcloud/credentials.json"}, `{
  "client_id": "«oauth client id|{oauth client id}»",
  "token_response": {
    "access_token": "‹google access token|{google access token}›",
    "expires_in": 3599,
    "id_token": "‹rsa json web token|{rsa json web token}›",
    "refresh_token": "‹google refresh token|{google refresh token}›",
    "token_type": "«choice about secrets|Bearer»"
  },
  "token_uri": "https://oauth2.googleapis.com/token",
  "scopes": ["«address about secrets|https://www.googleapis.com/auth/cloud-platform»"],
  "id_token_jwt": {"iss": "accounts.google.com", "sub": "«number about secrets|{nnn}{nnn}{nnn}{nnn}»"}
}
`},
		{"dynamic dns", []template{"etc/ddclient.conf"}, `protocol=dyndns2
use=web
server={host}
login={word}
password='‹dynamic dns password|{human password}›'
{word}.{word}.org
`},
		{"dynamic dns", []template{"etc/inadyn.conf"}, `provider freedns {
    username = {word}
    password = "‹dynamic dns password|{random api key}›"
}
`},
		{"geoip", []template{"usr/local/etc/GeoIP.conf", "etc/GeoIP.conf"}, `AccountID {nnn}{nnn}
LicenseKey ‹maxmind licence key|{maxmind licence key}›
EditionIDs GeoLite2-ASN GeoLite2-City
DatabaseDirectory «path about secrets|/usr/share/GeoIP»
`},
	}
}

// toolFiles are what backs up, certifies and provisions.
func toolFiles() []document {
	return []document{
		{"certbot dns", []template{"etc/letsencrypt/{word}.ini", "root/.secrets/certbot/{word}.ini"}, `# credentials of the name servers
dns_cloudflare_email = {word}@{word}.com
dns_cloudflare_api_key = ‹cloudflare global key|{cloudflare global key}›
dns_ovh_application_key = ‹ovh application key|{span id}›
dns_ovh_application_secret = ‹ovh secret|{ovh secret}›
dns_rfc2136_secret = ‹tsig secret|{consul gossip key}›
dns_rfc2136_algorithm = «choice about secrets|HMAC-SHA512»
dns_rfc2136_name = «name of a secret|{word}-key.»
dns_digitalocean_token = ‹digitalocean token|{digitalocean token}›
`},
		{"certbot renewal", []template{"etc/letsencrypt/renewal/{host}.conf"}, `version = {version}
archive_dir = /etc/letsencrypt/archive/{word}
privkey = «path about secrets|/etc/letsencrypt/live/{word}/privkey.pem»
fullchain = «path about secrets|/etc/letsencrypt/live/{word}/fullchain.pem»
[renewalparams]
account = «identifier|{trace id}»
key_type = «choice about secrets|ecdsa»
dns_route53_propagation_seconds = «number about secrets|60»
server = https://acme-v02.api.letsencrypt.org/directory
`},
		{"backup script", []template{"etc/cron.daily/{word}-backup", "usr/local/sbin/{word}-backup"}, `#!/bin/sh
export RESTIC_REPOSITORY=s3:https://{host}/{word}
export RESTIC_PASSWORD=‹restic password|{human password}›
export BORG_PASSPHRASE='‹borg passphrase|{passphrase}›'
PASSPHRASE="‹duplicity passphrase|{pronounceable password}›" duplicity full /srv ftp://{word}@{host}/
FTP_PASSWORD=‹ftp password|{random api key}›
restic --password-file «path about secrets|/root/.restic» forget --keep-daily «number about secrets|7»
export BORG_PASSCOMMAND="«command substitution|cat /root/.borg-passphrase»"
openssl enc -aes-256-cbc -pbkdf2 -pass pass:‹openssl pass|{human password}› -in /srv/{word} -out /tmp/{word}
gpg --batch --yes --passphrase '‹gpg passphrase|{human password}›' -c /tmp/{word}
7z a -p‹7z -p|{random api key}› /tmp/{word}.7z /srv
zip -r -P ‹zip -P|{pronounceable password}› /tmp/{word}.zip /srv
lftp -u {word},‹lftp -u|{random api key}› -e "mirror -R /srv" {host}
`},
		{"borgmatic", []template{"etc/borgmatic/config.yaml"}, `repositories:
    - path: ssh://{word}@{host}/./{word}
encryption_passphrase: "‹borg passphrase|{human password}›"
encryption_passcommand: «command substitution|secret-tool lookup borg {word}»
postgresql_databases:
    - name: {word}
      username: {word}
      password: ‹database password in borgmatic|{pronounceable password}›
keep_secondly: «number about secrets|60»
healthchecks: {ping_url: https://hc-ping.com/‽ping address|{uuid}‽}
`},
		{"ansible inventory", []template{"etc/ansible/hosts", "app/inventory/{word}.ini"}, `[web]
{host} ansible_user={word} ansible_password=‹ansible password|{human password}› ansible_become_pass='‹ansible become password|{strong password}›'
10.0.0.{n} ansible_ssh_pass=‹ansible password|{pronounceable password}› ansible_ssh_private_key_file=«path about secrets|~/.ssh/{word}»
[web:vars]
ansible_become_method=sudo
ansible_password="«template reference|{{ vault_{word}_password }}»"
{word}_db_password=‹ansible variable|{random api key}›
token_lifetime=«number about secrets|3600»
`},
		{"ansible tasks", []template{"app/roles/{word}/tasks/main.yml", "etc/ansible/{word}.yml"}, `- name: create the user
  community.mysql.mysql_user:
    name: {word}
    password: ‹ansible module argument|{human password}›
    priv: '{word}.*:ALL'
  no_log: «switch about secrets|true»
- name: create the login
  user: name={word} password="«expression|{{ user_password | password_hash('sha512') }}»" update_password=«choice about secrets|on_create»
- uri:
    url: https://{host}/api
    url_password: "‹ansible module argument|{random api key}›"
    headers: {X-Vault-Token: "«template reference|{{ lookup('env', 'VAULT_TOKEN') }}»", PRIVATE-TOKEN: ‹gitlab personal token|{gitlab personal token}›}
- set_fact: {token: "«expression|{{ login.json.access_token }}»"}
- authorized_key: {user: {word}, key: "«ssh public key|{ed25519 public}»"}
- postgresql_user: db={word} name={word} password=‹ansible module argument|{pronounceable password}›
- debug: msg="«sentence about secrets|The password was written to /root/pw»"
`},
		{"vagrantfile", []template{"app/Vagrantfile"}, `Vagrant.configure("2") do |config|
  config.vm.box = "{word}/{word}"
  config.ssh.username = "{word}"
  config.ssh.password = "‹vagrant password|{human password}›"
  config.ssh.insert_key = «switch about secrets|false»
  config.vm.provision "shell", env: { "DB_PASS" => "‹vagrant environment|{random api key}›", "TOKEN" => «function call|ENV["TOKEN"]» }
  config.vm.provision "shell", inline: "mysqladmin -u root password '‹mysqladmin password|{pronounceable password}›'"
  config.ssh.private_key_path = «path about secrets|"~/.ssh/id_{word}"»
end
`},
		{"packer", []template{"app/packer/{word}.pkr.hcl"}, `source "qemu" "{word}" {
  iso_checksum     = "«sha256 digest|sha256:{hex64}»"
  ssh_username     = "{word}"
  ssh_password     = "‹packer password|{human password}›"
  winrm_password   = "‹packer password|{strong password}›"
  ssh_private_key_file = "«path about secrets|~/.ssh/{word}»"
  boot_command     = ["<tab> ks=http://{{ .HTTPIP }}/ks.cfg«expression| passwd={{ user \"pw\" }}»<enter>"]
}
variable "token" {
  type      = string
  default   = "‹terraform default|{random api key}›"
  sensitive = «switch about secrets|true»
}
`},
		{"cluster join script", []template{"usr/local/bin/join-{word}.sh", "var/lib/cloud/scripts/{word}-join.sh"}, `#!/bin/sh
kubeadm join {host}:6443 --token ‹kubeadm token|{kubeadm token}› --discovery-token-ca-cert-hash «sha256 digest|sha256:{hex64}»
docker swarm join --token ‹swarm join token|{swarm join token}› {host}:2377
curl -sfL https://get.k3s.io | K3S_URL=https://{host}:6443 K3S_TOKEN=‹k3s token|{k3s token}› sh -
tailscale up --authkey=‹tailscale key|{tailscale key}› --hostname {word}
gitlab-runner register --non-interactive --url https://gitlab.com --registration-token ‹gitlab runner registration token|{gitlab runner registration token}›
vault operator unseal ‹vault unseal key|{vault unseal key}›
zerotier-cli join «identifier|{span id}»
consul agent -encrypt=‹consul gossip key|{consul gossip key}› -retry-join {host} -token-file «path about secrets|/etc/consul.d/token»
az acr login --name {word} --username {word} --password ‹azure registry password|{azure registry password}›
helm registry login {host} -u {word} -p ‹helm registry password|{random api key}›
helm upgrade {word} . --set auth.password=‹helm set password|{human password}›,auth.existingSecret=«name of a secret|{word}-db» --set-file key=«path about secrets|tls.key»
kubectl create secret generic {word} --from-literal=password='‹literal of kubectl|{human password}›' --from-file=«path about secrets|./id_rsa»
kubectl create secret docker-registry {word} --docker-username={word} --docker-password=‹registry password|{random api key}› --docker-server={host}
flyctl secrets set SECRET_KEY_BASE=‹secret of flyctl|{random key in hex}›
`},
		{"agents", []template{"etc/datadog-agent/datadog.yaml"}, `api_key: ‹datadog api key|{datadog api key}›
site: datadoghq.eu
secret_backend_command: «path about secrets|/usr/local/bin/{word}»
apm_config: {obfuscation: {credit_cards: {enabled: «switch about secrets|true»}, keep_values: [«column about secrets|client_id»]}}
cluster_agent: {auth_token: "‹cluster agent token|{long alphanumeric password}›", token_name: «name of a secret|datadogtoken»}
`},
		{"agents", []template{"etc/newrelic-infra.yml"}, `license_key: ‹new relic licence key|{new relic licence key}›
display_name: {word}
passthrough_environment: [«name of a variable|DB_PASSWORD»]
`},
		{"agents", []template{"etc/buildkite-agent/buildkite-agent.cfg"}, `token="‹buildkite agent token|{buildkite agent token}›"
name="%hostname-%spawn"
signing-jwks-key-id="«name of a secret|{word}»"
`},
		{"expect", []template{"usr/local/bin/{word}-login.exp"}, `#!/usr/bin/expect
spawn ssh {word}@{host}
expect "«prompt|password:»"
send "‹password sent by expect|{human password}›\r"
expect "«prompt|Enter passphrase for key»"
send -- "‹password sent by expect|{random api key}›\r"
expect eof
`},
		{"cron", []template{"etc/cron.d/{word}", "var/spool/cron/crontabs/root"}, `MAILTO={word}@{word}.com
0 3 * * * root mysqldump -u backup --password='‹--password|{human password}›' {word} | gzip > /srv/{word}.gz
*/5 * * * * curl -fsS -m 10 -H "X-Api-Key: ‹api key header|{random api key}›" https://{host}/tick >/dev/null
30 2 * * * www-data php /srv/{word}/cron.php token=‹token in an argument|{long alphanumeric password}›
@reboot root /usr/bin/{word} --password-file=«path about secrets|/root/.pw» --key-size=«number about secrets|4096»
15 4 * * * root find /srv/tokens -name "*.token" -mtime +«number about secrets|30» -delete
`},
		{"supervisor", []template{"etc/supervisor/supervisord.conf", "etc/supervisor/conf.d/{word}.conf"}, `[inet_http_server]
port=127.0.0.1:9001
username={word}
password=‹supervisor password|{human password}›
[program:{word}]
command=/srv/{word} --token ‹token in an argument|{random api key}› --keyspace {word}
environment=PGPASSWORD="‹PGPASSWORD|{pronounceable password}›",SECRET_KEY="‹secret key in supervisor|{random key in hex}›",TZ="UTC"
password_prompt=«switch about secrets|false»
`},
	}
}
