package corpus

// serverFiles are the configuration of servers that route, watch and deliver.
func serverFiles() []document {
	return []document{
		{"haproxy", []template{"etc/haproxy/haproxy.cfg", "usr/local/etc/haproxy/haproxy.cfg"}, `global
    maxconn {nnn}0
    ssl-default-bind-ciphers «cipher list|ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256»
    tune.ssl.keylog «switch about secrets|on»
userlist {word}
    user {word} insecure-password ‹haproxy user password|{human password}›
    user {word} password ‽password hash|{password hash}‽
backend {word}
    stick-table type string len 32 size 1m expire 30m «expression|store gpc0,http_req_rate(10s)»
    http-request set-header Authorization "Basic ‹basic header|{basic}›"
    cookie «cookie name|SRVKEY» insert indirect nocache
    server s1 {host}:443 ssl verify required ca-file «path about secrets|/etc/ssl/{word}-ca.pem»
listen stats
    stats uri /stats
    stats auth {word}:‹haproxy stats password|{strong password}›
`},
		{"squid", []template{"etc/squid/squid.conf"}, `http_port 3128
acl auth_users proxy_auth «keyword of an access list|REQUIRED»
auth_param basic program /usr/lib/squid/basic_ncsa_auth «path about secrets|/etc/squid/passwords»
auth_param basic credentialsttl «duration about secrets|2 hours»
cache_peer {host} parent 3128 0 no-query login={word}:‹squid peer password|{random api key}›
cachemgr_passwd ‹squid cache manager password|{human password}› all
tls_outgoing_options cafile=«path about secrets|/etc/ssl/certs/{word}.pem»
`},
		{"apache", []template{"etc/apache2/sites-enabled/{word}.conf", "etc/httpd/conf.d/{word}.conf"}, `<VirtualHost *:443>
    ServerName {host}
    SSLCertificateKeyFile «path about secrets|/etc/ssl/private/{word}.key»
    SSLOpenSSLConfCmd Options «choice about secrets|-SessionTicket»
    SetEnv APP_DB_PASSWORD ‹apache environment|{random api key}›
    SetEnv APP_TOKEN_HEADER «header about secrets|X-Api-Token»
    AuthLDAPBindDN "cn={word},dc={word},dc=org"
    AuthLDAPBindPassword "‹ldap bind password|{human password}›"
    AuthUserFile «path about secrets|/etc/apache2/.htpasswd»
    RequestHeader set X-Proxy-Secret "‹header of a proxy|{long alphanumeric password}›"
    RewriteRule ^/reset/([a-f0-9]{32})$ «rewrite rule|/index.php?token=$1» [L]
    OIDCCryptoPassphrase ‹oidc passphrase|{random api key}›
    OIDCClientSecret ‹oidc client secret|{random api key}›
    OIDCOAuthTokenExpiryClaim «word about secrets|exp»
</VirtualHost>
`},
		{"nginx upstream", []template{"etc/nginx/sites-enabled/{word}", "etc/nginx/snippets/{word}.conf"}, `server {
    listen 443 ssl;
    ssl_certificate_key «path about secrets|/etc/nginx/tls/{word}.key»;
    ssl_session_tickets «switch about secrets|off»;
    location /{word}/ {
        proxy_set_header Authorization "Basic ‹basic header|{basic}›";
        proxy_set_header X-Api-Key "‹api key header|{random api key}›";
        proxy_set_header X-CSRF-Token «environment reference|$http_x_csrf_token»;
        secure_link_md5 "$secure_link_expires$uri$remote_addr ‹secure link secret|{human password}›";
        if ($arg_token = "‹token in a comparison|{long alphanumeric password}›") { return 204; }
        auth_basic_user_file «path about secrets|/etc/nginx/htpasswd»;
        proxy_cache_key «expression|"$scheme$request_method$host$request_uri"»;
    }
    location /es/ { proxy_pass http://{word}:‹password in url|{random api key}›@{host}:9200/; }
}
`},
		{"caddyfile", []template{"etc/caddy/Caddyfile"}, `{
    email {word}@{word}.com
    acme_dns cloudflare ‹cloudflare token|{cloudflare token}›
}
{host} {
    basic_auth {
        {word} ‽password hash|{password hash}‽
    }
    reverse_proxy {host}:8080 {
        header_up X-Auth-Key «environment reference|Key {$UPSTREAM_KEY}»
        header_up Authorization "Bearer ‹bearer header|{random api key}›"
    }
    tls «path about secrets|/certs/{word}.pem /certs/{word}.key»
    jwt_secret ‹jwt secret|{random key in base64}›
}
`},
		{"traefik", []template{"etc/traefik/dynamic.yml", "srv/{word}/traefik/middlewares.yaml"}, `http:
  middlewares:
    auth:
      basicAuth:
        users: ["{word}:‽password hash|{password hash}‽"]
    add-key:
      headers:
        customRequestHeaders:
          X-Internal-Token: "‹header of a proxy|{long alphanumeric password}›"
          Authorization: Basic ‹basic header|{basic}›
          X-Forwarded-Key: "«placeholder word|REPLACE_ME»"
    forward:
      plugin: {oidc: {clientSecret: '‹oidc client secret|{random api key}›', secretRef: «name of a secret|{word}-oidc»}}
tls:
  certificates:
    - certFile: «path about secrets|/certs/{word}.crt»
      keyFile: «path about secrets|/certs/{word}.key»
`},
		{"postfix map", []template{"etc/postfix/mysql-virtual.cf", "etc/postfix/pgsql-aliases.cf"}, `hosts = {host}
user = {word}
password = ‹postfix map password|{human password}›
dbname = {word}
query = «sql about secrets|SELECT password_scheme FROM users WHERE email='%s'»
`},
		{"postfix main", []template{"etc/postfix/main.cf"}, `myhostname = {host}
smtp_sasl_password_maps = «path about secrets|hash:/etc/postfix/sasl_passwd»
smtpd_tls_key_file = «path about secrets|/etc/ssl/private/{word}.key»
smtpd_tls_fingerprint_digest = «choice about secrets|sha256»
smtp_sasl_security_options = «choice about secrets|noanonymous»
smtp_sasl_password_maps = static:{word}:‹postfix static password|{random api key}›
smtpd_tls_session_cache_timeout = «duration about secrets|3600s»
`},
		{"dovecot", []template{"etc/dovecot/dovecot-sql.conf.ext", "etc/dovecot/dovecot-ldap.conf.ext"}, `driver = pgsql
connect = host={host} dbname={word} user={word} password=‹dovecot database password|{human password}›
default_pass_scheme = «choice about secrets|SHA512-CRYPT»
password_query = «sql about secrets|SELECT username, domain, password FROM users WHERE username = '%n'»
dnpass = ‹ldap bind password|{pronounceable password}›
pass_attrs = «column about secrets|uid=user,userPassword=password»
doveadm_password = ‹doveadm password|{random api key}›
`},
		{"dovecot users", []template{"etc/dovecot/users", "etc/dovecot/passwd"}, `{word}@{word}.org:{PLAIN}‹dovecot user password|{human password}›:1000:1000::/srv/mail::
{word}@{word}.org:{plain}‹dovecot user password|{strong password}›::::::
{word}@{word}.org:{SHA512-CRYPT}‽password hash|{password hash}‽:1000:1000::/srv/mail::
`},
		{"freeradius clients", []template{"etc/freeradius/3.0/clients.conf"}, `client {word} {
	ipaddr = 10.0.{n}.0/24
	secret = ‹radius secret|{human password}›
	require_message_authenticator = «switch about secrets|yes»
	nas_type = other
}
client localhost {
	secret		= "‹radius secret|{long alphanumeric password}›"
	shortname = {word}
}
`},
		{"freeradius users", []template{"etc/freeradius/3.0/users", "etc/raddb/mods-config/files/authorize"}, `{word}	Cleartext-Password := "‹radius user password|{human password}›"
	Reply-Message := "«sentence about secrets|Hello, %{User-Name}, your password expires soon»",
	Framed-IP-Address = 10.0.{n}.{n}
{word}	User-Password == "‹radius user password|{pronounceable password}›"
DEFAULT	Auth-Type := «choice about secrets|PAP»
`},
		{"ppp secrets", []template{"etc/ppp/chap-secrets", "etc/ppp/pap-secrets"}, `# Secrets for authentication using CHAP
# client	server	secret			IP addresses
{word}	*	‹chap secret|{human password}›	*
"{word}@{word}.net"	{word}	"‹chap secret|{strong password}›"	10.0.0.{n}
`},
		{"ipsec secrets", []template{"etc/ipsec.secrets", "etc/ipsec.d/{word}.secrets"}, `# RSA private key for this host
: RSA «path about secrets|{word}Key.pem»
{host} %any : PSK "‹pre-shared key|{human password}›"
10.0.{n}.1 10.0.{n}.2 : PSK 0s‹pre-shared key in base64|{consul gossip key}›
{word} : EAP "‹eap secret|{strong password}›"
`},
		{"swanctl", []template{"etc/swanctl/conf.d/{word}.conf"}, `connections {
  {word} {
    proposals = «cipher list|aes256-sha256-modp2048»
    rekey_time = «duration about secrets|4h»
    local { auth = «choice about secrets|psk» }
  }
}
secrets {
  ike-{word} {
    id = {host}
    secret = "‹pre-shared key|{human password}›"
  }
  eap-{word} {
    secret = ‹eap secret|{long alphanumeric password}›
  }
  private-{word} { file = «path about secrets|{word}.pem» }
}
`},
		{"network manager", []template{"etc/NetworkManager/system-connections/{word}.nmconnection"}, `[connection]
id={word}
uuid=«uuid|{uuid}»
type=wifi
[wifi-security]
key-mgmt=«choice about secrets|wpa-psk»
psk=‹wifi key|{human password}›
psk-flags=«number about secrets|0»
[802-1x]
identity={word}
password=‹wifi user password|{strong password}›
[vpn]
cert-pass-flags=«number about secrets|0»
[vpn-secrets]
cert-pass=‹vpn certificate password|{random api key}›
Xauth password=‹vpn group password|{human password}›
`},
		{"hostapd", []template{"etc/hostapd/hostapd.conf"}, `interface=wlan0
wpa=2
wpa_key_mgmt=«choice about secrets|WPA-PSK SAE»
wpa_passphrase=‹wifi key|{human password}›
auth_server_shared_secret=‹radius secret|{random api key}›
wpa_group_rekey=«number about secrets|86400»
wep_key_len_broadcast=«number about secrets|5»
`},
		{"bind", []template{"etc/bind/named.conf.local", "etc/bind/rndc.key", "etc/nsd/keys.conf"}, `key "{word}-key" {
	algorithm «choice about secrets|hmac-sha256»;
	secret "‹tsig secret|{consul gossip key}›";
};
zone "{word}.org" {
	type secondary;
	primaries { 10.0.0.{n} key «name of a secret|{word}-key»; };
	key-directory "«path about secrets|/var/lib/bind/keys»";
	dnssec-policy «choice about secrets|default»;
};
`},
		{"mosquitto", []template{"etc/mosquitto/conf.d/{word}.conf"}, `listener 8883
keyfile «path about secrets|/etc/mosquitto/certs/{word}.key»
password_file «path about secrets|/etc/mosquitto/passwd»
connection {word}
address {host}:1883
remote_username {word}
remote_password ‹mqtt password|{human password}›
bridge_psk ‹mqtt pre-shared key|{hex40}›
psk_hint «name of a client|{word}-hint»
use_identity_as_username «switch about secrets|true»
`},
		{"asterisk", []template{"etc/asterisk/sip.conf", "etc/asterisk/manager.conf", "etc/asterisk/pjsip_auth.conf"}, `[{word}]
type=friend
host=dynamic
secret=‹sip secret|{human password}›
md5secret=‽password hash|{trace id}‽
[{word}-auth]
auth_type=«choice about secrets|userpass»
username={nnn}
password=‹sip password|{pronounceable password}›
[{word}-ami]
secret = ‹manager secret|{long alphanumeric password}›
read = «list about secrets|system,call,log,security»
authtimeout=«number about secrets|30»
`},
		{"turn server", []template{"etc/turnserver.conf"}, `realm={host}
use-auth-secret
static-auth-secret=‹turn secret|{random key in hex}›
user={word}:‹turn user password|{human password}›
cli-password=‹turn console password|{random api key}›
pkey=«path about secrets|/etc/ssl/private/{word}.pem»
secure-stun
stale-nonce=«number about secrets|600»
`},
		{"keepalived", []template{"etc/keepalived/keepalived.conf"}, `vrrp_instance {word} {
    virtual_router_id {nnn}
    authentication {
        auth_type «choice about secrets|PASS»
        auth_pass ‹vrrp password|{span id}›
    }
    track_script { chk_«word about secrets|keymaster» }
}
`},
		{"monitoring resources", []template{"etc/nagios/private/resource.cfg"}, `$USER1$=/usr/lib/nagios/plugins
$USER3$={word}
$USER4$=‹nagios macro|{human password}›
`},
		{"monitoring resources", []template{"etc/icinga2/conf.d/{word}-users.conf"}, `object ApiUser "{word}" {
  password = "‹icinga password|{long alphanumeric password}›"
  permissions = [ "«list about secrets|actions/generate-ticket»" ]
}
const TicketSalt = "‽salt|{salt}‽"
vars.http_auth_pair = "{word}:‹password of a check|{random api key}›"
vars.password_expiry_warning = «number about secrets|14»
`},
		{"zabbix", []template{"etc/zabbix/zabbix_server.conf"}, `DBHost={host}
DBUser=zabbix
DBPassword=‹zabbix password|{human password}›
TLSPSKFile=«path about secrets|/etc/zabbix/agent.psk»
TLSPSKIdentity=«name of a client|PSK {word}»
VaultToken=‹vault service token|{vault service token}›
VaultDBPath=«secret store reference|secret/{word}/database»
SSHKeyLocation=«path about secrets|/var/lib/zabbix/.ssh»
`},
		{"synapse", []template{"etc/matrix-synapse/homeserver.yaml"}, `server_name: {host}
registration_shared_secret: "‹matrix registration secret|{random string of marks}›"
macaroon_secret_key: ‹matrix macaroon key|{long alphanumeric password}›
form_secret: '‹matrix form secret|{random api key}›'
turn_shared_secret: "‹turn secret|{random key in hex}›"
signing_key_path: «path about secrets|/data/{host}.signing.key»
suppress_key_server_warning: «switch about secrets|true»
registration_requires_token: «switch about secrets|false»
trusted_key_servers:
  - server_name: matrix.org
    verify_keys: {"ed25519:auto": "«public key|{url key}»"}
password_config:
  pepper: ‹password pepper|{random api key}›
  policy: {minimum_length: «number about secrets|15»}
`},
		{"signing key", []template{"data/{word}.signing.key", "etc/matrix-synapse/{word}.signing.key"}, "ed25519 a_{short commit} ‹matrix signing key|{url key}›\n"},
		{"logstash", []template{"etc/logstash/conf.d/{word}.conf", "usr/share/logstash/pipeline/{word}.conf"}, `input {
  beats { port => 5044 ssl_key => "«path about secrets|/etc/logstash/{word}.key»" }
  jdbc {
    jdbc_user => "{word}"
    jdbc_password => "‹logstash jdbc password|{human password}›"
  }
}
filter { kv { field_split => "&" exclude_keys => [ "«column about secrets|password»", "«column about secrets|token»" ] } }
output {
  elasticsearch {
    hosts => ["https://{host}:9200"]
    user => "logstash_writer"
    password => "‹elastic password|{long alphanumeric password}›"
    api_key => "«environment reference|${ES_API_KEY}»"
  }
  http { headers => { "Authorization" => "Bearer ‹bearer header|{random api key}›" } }
}
`},
		{"fluentd", []template{"etc/td-agent/td-agent.conf", "fluentd/etc/{word}.conf"}, `<match {word}.**>
  @type elasticsearch
  host {host}
  user {word}
  password ‹fluentd password|{human password}›
  include_tag_key «switch about secrets|true»
  tag_key «column about secrets|@log_name»
</match>
<security>
  self_hostname {word}
  shared_key ‹fluentd shared key|{random api key}›
</security>
`},
		{"fluent bit", []template{"etc/fluent-bit/{word}.conf"}, `[OUTPUT]
    Name         splunk
    Splunk_Token ‹splunk collector token|{uuid}›
    HTTP_Passwd  ‹fluent bit password|{random api key}›
    Time_Key     «column about secrets|@timestamp»
    Kubernetes_Token «path about secrets|/var/run/secrets/{word}/token»
`},
		{"telegraf", []template{"etc/telegraf/telegraf.d/{word}.conf"}, `[[outputs.influxdb_v2]]
  urls = ["https://{host}:8086"]
  token = "‹influx token|{influx token}›"
  organization = "{word}"
[[inputs.mysql]]
  servers = ["{word}:‹password in dsn|{random api key}›@tcp({host}:3306)/?tls=false"]
[[inputs.snmp]]
  community = "‹snmp community|{short api key}›"
  auth_password = "‹snmp password|{human password}›"
  priv_protocol = "«choice about secrets|AES»"
[[inputs.http]]
  bearer_token = "«path about secrets|/var/run/{word}/token»"
  password = "«environment reference|${HTTP_PASSWORD}»"
  insecure_skip_verify = false
  tls_key = "«path about secrets|/etc/telegraf/key.pem»"
  tagexclude = ["«column about secrets|api_token_name»"]
`},
		{"vector", []template{"etc/vector/vector.yaml"}, `sinks:
  {word}:
    type: http
    auth: {strategy: basic, user: {word}, password: "‹vector password|{human password}›"}
  dd:
    type: datadog_logs
    default_api_key: ‹datadog api key|{datadog api key}›
  s3:
    auth:
      access_key_id: ‹aws access key id|{aws access key id}›
      secret_access_key: ‹aws secret key|{aws secret key}›
    key_prefix: «path about secrets|logs/{word}/»
  kafka:
    librdkafka_options: {"sasl.password": "‹kafka password|{random api key}›"}
transforms:
  redact:
    source: «expression|.password = redact(.password, filters: [r'[A-Z0-9]{20}'])»
`},
	}
}
