package corpus

// mixedFiles have secrets and similar harmless values, of programs that the other tables
// do not have.
func mixedFiles() []document {
	return []document{
		{"odbc", []template{"etc/odbc.ini", "root/.odbc.ini"}, `[{word}]
Driver = PostgreSQL
Servername = {host}
UserName = {word}
Password = ‹odbc password|{random api key}›
KeysetPageSize = «number about secrets|100»
`},
		{"gradle build", []template{"app/build.gradle", "srv/{word}/build.gradle"}, `android {
    signingConfigs {
        release {
            storePassword "‹signing password|{memorable password}›"
            keyPassword '‹signing password|{random api key}›'
            keyAlias "«name of a secret|upload-key»"
            storeFile file("«path about secrets|keystore/{word}.jks»")
        }
    }
    buildConfigField "String", "API_KEY", "\"‹api key in a build field|{random api key}›\""
    buildConfigField "String", "TOKEN_HEADER", "\"«header about secrets|X-Auth-Token»\""
}
`},
		{"grafana ini", []template{"etc/grafana/grafana.ini"}, `[security]
admin_user = {word}
admin_password = ‹grafana password|{strong password}›
secret_key = ‹grafana secret key|{short api key}›
login_cookie_name = «cookie name|grafana_session»
disable_initial_admin_creation = false
[auth.generic_oauth]
client_secret = ‹oauth secret|{random api key}›
token_url = «address about secrets|https://{host}/oauth2/token»
`},
		{"prometheus", []template{"etc/prometheus/prometheus.yml"}, `scrape_configs:
  - job_name: {word}
    basic_auth:
      username: {word}
      password: ‹scrape password|{strong password}›
  - job_name: {word}
    bearer_token_file: «path about secrets|/var/run/secrets/kubernetes.io/serviceaccount/token»
    relabel_configs:
      - source_labels: [«label name|__meta_kubernetes_secret_annotation_token_present»]
remote_write:
  - url: https://{user}:‹password in url|{random api key}›@{host}/push
`},
		{"alertmanager", []template{"etc/alertmanager/alertmanager.yml"}, `global:
  smtp_auth_username: {word}
  smtp_auth_password: '‹smtp password|{strong password}›'
  slack_api_url: ‹slack webhook|{slack webhook}›
receivers:
  - name: {word}
    pagerduty_configs:
      - routing_key: ‹routing key|{trace id}›
        class: «choice about secrets|credential-expiry»
`},
		{"kotlin", []template{"app/src/main/kotlin/{Word}.kt"}, `object {Word} {
    const val API_SECRET = "‹api secret in kotlin|{random api key}›"
    val password: «type annotation|CharArray? = null»
    val token by «delegate|lazy { prefs.getString("token", null) }»
    private val secretKey = «function call|SecretKeySpec(raw, "HmacSHA256")»
    fun login(password: «type annotation|String», apiKey: «type annotation|ApiKey = ApiKey.EMPTY») = «function call|client.auth(password)»
}
`},
		{"swift", []template{"app/Sources/{Word}.swift"}, `struct {Word} {
    static let clientSecret = "‹client secret in swift|{random api key}›"
    let accessToken = «function call|KeychainWrapper.standard.string(forKey: "accessToken")»
    let passwordPlaceholder = "«label|Your new password»"
    var keyPath = «expression|\{Word}.token»
}
`},
		{"lua", []template{"etc/nginx/lua/{word}.lua", "usr/share/{word}/auth.lua"}, `local db_password = "‹password in lua|{strong password}›"
local secret = «function call|os.getenv("JWT_SECRET")»
local token = «expression|ngx.var.arg_token or ngx.req.get_headers()["X-Token"]»
ngx.shared.keys:set("«cache key|{word}:{word}:v2»", true)
`},
		{"elixir", []template{"app/config/prod.exs"}, `config :{word}, {Word}Web.Endpoint,
  secret_key_base: "‹phoenix secret|{phoenix key}›",
  live_view: [signing_salt: "‽salt|{short commit}‽"]
config :{word}, {Word}.Repo,
  password: «function call|System.fetch_env!("DB_PASSWORD")»,
  username: "{word}"
config :{word}, token_ttl: «number about secrets|:timer.minutes(15)»
`},
		{"perl", []template{"usr/lib/cgi-bin/{word}.pl"}, `my $dbh = DBI->connect("dbi:mysql:{word}", "{word}", "‹password argument in perl|{random api key}›");
my $password = «expression|$cgi->param('password')»;
my %opts = (password => '‹password in a hash|{strong password}›', key => «expression|$ARGV[0]»);
`},
		{"batch file", []template{"app/scripts/{word}.cmd"}, `@echo off
set DB_PASSWORD=‹password in batch|{random api key}›
set TOKEN=«environment reference|%CI_TOKEN%»
net use \\{host}\{word} /user:{word} ‹net use|{random api key}›
sqlcmd -S {host} -U sa -P ‹sqlcmd -P|{random api key}›
set /p PASSWORD=«prompt|Enter the password: »
`},
		{"cloud-init", []template{"var/lib/cloud/instance/user-data.txt"}, `#cloud-config
chpasswd:
  list: |
    {word}:‹chpasswd password|{strong password}›
users:
  - name: {word}
    ssh_authorized_keys:
      - «ssh public key|{ed25519 public}»
    passwd: "‽password hash|{password hash}‽"
    lock_passwd: «switch about secrets|false»
write_files:
  - path: «path about secrets|/etc/{word}/token»
    content: ‹github personal token|{github personal token}›
`},
		{"snmp", []template{"etc/snmp/snmpd.conf"}, `rocommunity ‹snmp community|{short api key}› 10.0.0.0/8
createUser {word} SHA "‹snmp password|{random api key}›" AES
sysName {word}
authtrapenable «number about secrets|1»
`},
		{"tex", []template{"srv/{word}/report.tex", "usr/share/{word}/{word}.tex"}, `\newcommand{\token}{«prose|a lexical unit}»
The password of \emph{admin} is «prose|never stored in clear text; the key derivation is described below.»
\label{«label name|sec:secret-sharing-protocol»}
`},
		{"protobuf", []template{"app/proto/{word}.proto"}, `message Login {
  string password = «field number|1» [(validate.rules).string.min_len = 12];
  bytes secret_key = «field number|2»;
  optional string access_token = «field number|17»;
  map<string, Secret> secrets = «field number|4»;
}
`},
		{"graphql", []template{"app/schema.graphql"}, `type Mutation {
  resetPassword(token: «type annotation|String!», password: «type annotation|String! @constraint(minLength: 12)»): «type annotation|AuthPayload!»
  createApiKey(name: String!): «type annotation|ApiKeyWithSecret»
}
`},
		{"systemd journal export", []template{"var/log/{word}-journal.txt"}, `{date} {word} sshd[{nnn}]: Accepted publickey for {word} from 10.0.0.{n} ssh2: ED25519 «fingerprint|SHA256:{known host}»
{date} {word} sudo: pam_unix(sudo:auth): «prose|authentication failure; password check failed for user» {word}
{date} {word} {word}[{nnn}]: starting with --password=‹password in journal|{random api key}› --verbose
{date} {word} kubelet[{nnn}]: MountVolume.SetUp succeeded for volume "«name of a secret|default-token-x7k2p»"
{date} {word} vault[{nnn}]: token accessor=«identifier|hmac-sha256:{hex64}»
`},
		{"editor settings", []template{"home/{word}/.config/Code/User/settings.json"}, `{
  "rest-client.environmentVariables": {"prod": {"token": "‹token in editor settings|{random api key}›"}},
  "sqltools.connections": [{"server": "{host}", "username": "{word}", "password": "‹password in editor settings|{strong password}›"}],
  "editor.semanticTokenColorCustomizations": {"enabled": true, "rules": {"token": "«colour|{colour}»"}},
  "workbench.keybindings.key": "«key binding|ctrl+shift+alt+k»",
  "git.ignoredPasswordPrompt": "«sentence about secrets|Ask for the password each time»"
}
`},
		{"keycloak realm", []template{"opt/keycloak/data/import/{word}-realm.json"}, `{
  "realm": "{word}",
  "accessTokenLifespan": «number about secrets|300»,
  "passwordPolicy": "«rule about secrets|length(12) and notUsername and passwordHistory(5)»",
  "clients": [{"clientId": "«name of a client|{word}-frontend»", "secret": "‹client secret in realm|{random api key}›", "clientAuthenticatorType": "«choice about secrets|client-secret»"}],
  "smtpServer": {"password": "‹smtp password|{strong password}›"}
}
`},
		{"openvpn", []template{"etc/openvpn/client.ovpn", "etc/openvpn/{word}.conf"}, `client
remote {host} 1194
<ca>
«certificate|{certificate}»
</ca>
<key>
‹ec pkcs8 key|{ec pkcs8 key}›
</key>
auth-user-pass «path about secrets|/etc/openvpn/login.txt»
tls-cipher «choice about secrets|TLS-ECDHE-ECDSA-WITH-AES-256-GCM-SHA384»
`},
	}
}
