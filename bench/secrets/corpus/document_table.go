package corpus

// credentialFiles are files in which programs store credentials.
func credentialFiles() []document {
	return []document{
		{"netrc", []template{"root/.netrc", "home/{word}/.netrc"},
			times(2, `machine {host}
  login {user}
  password ‹netrc password|{strong password}›
`)},
		{"netrc", []template{"home/{word}/_netrc"}, "machine {host} login {user} password ‹netrc password|{random api key}›\n"},
		{"npmrc", []template{"root/.npmrc", "app/.npmrc", "home/{word}/.npmrc"},
			`registry=https://{host}/npm/
//registry.npm.example/:_authToken=‹npm token|{npm token}›
//{host}/:_authToken=‹registry token|{uuid}›
//{host}/:_password=‹npmrc password|{base64 strong password}›
//{host}/:_authToken=«environment reference|${NPM_TOKEN}»
always-auth=true
`},
		{"npmrc", []template{"srv/{word}/.npmrc"}, `_auth=‹npmrc auth|{basic}›
email={user}@{host}
strict-ssl=true
`},
		{"yarnrc", []template{"app/.yarnrc.yml"}, `nodeLinker: node-modules
npmScopes:
  {word}:
    npmRegistryServer: "https://{host}"
    npmAuthToken: "‹registry token|{uuid}›"
`},
		{"pypirc", []template{"root/.pypirc", "home/{word}/.pypirc"},
			`[distutils]
index-servers =
    pypi
    {word}

[pypi]
username = __token__
password = ‹pypi token|{pypi token}›

[{word}]
repository = https://{host}/simple
username = {user}
password = ‹pypirc password|{strong password}›
`},
		{"pip.conf", []template{"etc/pip.conf", "root/.config/pip/pip.conf"}, `[global]
timeout = 60
index-url = https://{user}:‹password in url|{random api key}›@{host}/simple
`},
		{"requirements", []template{"app/requirements.txt"}, `--extra-index-url https://{user}:‹password in url|{short api key}›@{host}/pypi/simple
flask=={version}
requests=={version}
`},
		{"git-credentials", []template{"root/.git-credentials", "home/{word}/.git-credentials"},
			`https://{user}:‹github personal token|{github personal token}›@github.com
https://oauth2:‹gitlab personal token|{gitlab personal token}›@gitlab.com
https://{user}:‹password in url|{random api key}›@{host}
`},
		{"git config", []template{"app/.git/config", "srv/{word}/.git/config"},
			`[core]
	repositoryformatversion = 0
[remote "origin"]
	url = https://x-access-token:‹github installation token|{github installation token}›@github.com/{word}/{word}.git
	fetch = +refs/heads/*:refs/remotes/origin/*
[branch "main"]
	remote = origin
`},
		{"pgpass", []template{"root/.pgpass", "var/lib/postgresql/.pgpass"},
			times(3, "{host}:5432:{word}:{word}:‹pgpass password|{random api key}›\n")},
		{"my.cnf", []template{"root/.my.cnf", "etc/mysql/debian.cnf"}, `[client]
host     = {host}
user     = {word}
password = ‹my.cnf password|{strong password}›
[mysqldump]
user = {word}
password="‹my.cnf password|{memorable password}›"
`},
		{"docker config", []template{"root/.docker/config.json", "home/{word}/.docker/config.json"},
			`{
	"auths": {
		"https://index.docker.io/v1/": {
			"auth": "‹docker config auth|{basic}›"
		},
		"{host}": {
			"auth": "‹docker config auth|{basic}›"
		}
	},
	"credsStore": ""
}
`},
		{"dockercfg", []template{"root/.dockercfg"}, "{\"{host}\":{\"auth\":\"‹docker config auth|{basic}›\",\"email\":\"{word}@{word}.com\"}}\n"},
		{"kubeconfig", []template{"root/.kube/config", "etc/kubernetes/admin.conf", "home/{word}/.kube/config"},
			`apiVersion: v1
kind: Config
clusters:
- cluster:
    certificate-authority-data: «certificate in base64|{base64 certificate}»
    server: https://{host}:6443
  name: {word}
users:
- name: {word}
  user:
    client-certificate-data: «certificate in base64|{base64 certificate}»
    client-key-data: ‹kubeconfig client key|{base64 rsa private key}›
- name: {word}-token
  user:
    token: ‹kubeconfig token|{rsa json web token}›
- name: {word}-basic
  user:
    username: {word}
    password: ‹kubeconfig password|{random api key}›
current-context: {word}
`},
		{"aws credentials", []template{"root/.aws/credentials", "home/{word}/.aws/credentials"},
			`[default]
aws_access_key_id = ‹aws access key id|{aws access key id}›
aws_secret_access_key = ‹aws secret key|{aws secret key}›

[{word}]
aws_access_key_id=‹aws session key id|{aws session key id}›
aws_secret_access_key=‹aws secret key|{aws secret key}›
region = eu-west-1
`},
		{"gcp service account", []template{"app/service-account.json", "root/.config/gcloud/{word}.json"},
			`{
  "type": "service_account",
  "project_id": "{word}-{nnn}",
  "private_key_id": "«private key id|{hex40}»",
  "private_key": "‹gcp private key|{escaped rsa key}›",
  "client_email": "{word}@{word}.iam.gserviceaccount.com",
  "client_id": "1{nnn}{nnn}{nnn}",
  "auth_uri": "https://accounts.google.com/o/oauth2/auth",
  "token_uri": "https://oauth2.googleapis.com/token"
}
`},
		{"gcp user credentials", []template{"root/.config/gcloud/application_default_credentials.json"},
			`{
  "client_id": "«oauth client id|{oauth client id}»",
  "client_secret": "‹google oauth secret|{google oauth secret}›",
  "refresh_token": "‹google refresh token|{google refresh token}›",
  "type": "authorized_user"
}
`},
		{"terraform state", []template{"app/terraform.tfstate", "srv/{word}/terraform.tfstate.backup"},
			`{
  "version": 4,
  "terraform_version": "1.9.{n}",
  "serial": {nnn},
  "lineage": "«uuid|{uuid}»",
  "resources": [
    {
      "type": "aws_db_instance",
      "instances": [{"attributes": {
        "arn": "«aws arn|{aws arn}»",
        "password": "‹terraform state password|{strong password}›",
        "username": "{word}"
      }}]
    },
    {
      "type": "aws_iam_access_key",
      "instances": [{"attributes": {
        "id": "‹aws access key id|{aws access key id}›",
        "secret": "‹aws secret key|{aws secret key}›"
      }}]
    },
    {
      "type": "random_password",
      "instances": [{"attributes": {
        "result": "‹terraform state password|{strong password}›"
      }}]
    }
  ]
}
`},
		{"terraform credentials", []template{"root/.terraform.d/credentials.tfrc.json"}, `{
  "credentials": {
    "app.terraform.io": {
      "token": "‹terraform cloud token|{terraform cloud token}›"
    }
  }
}
`},
		{"cargo credentials", []template{"root/.cargo/credentials.toml"}, `[registry]
token = "‹crates.io token|{crates.io token}›"

[registries.{word}]
token = "Bearer ‹registry token|{random api key}›"
`},
		{"gem credentials", []template{"root/.gem/credentials"}, `---
:rubygems_api_key: ‹rubygems key|{rubygems key}›
:{word}: ‹registry token|{random api key}›
`},
		{"composer auth", []template{"root/.composer/auth.json", "app/auth.json"}, `{
  "github-oauth": {
    "github.com": "‹github personal token|{github personal token}›"
  },
  "http-basic": {
    "{host}": {
      "username": "{user}",
      "password": "‹composer password|{strong password}›"
    }
  }
}
`},
		{"maven settings", []template{"root/.m2/settings.xml"}, `<settings>
  <servers>
    <server>
      <id>{word}</id>
      <username>{user}</username>
      <password>‹maven password|{random api key}›</password>
    </server>
    <server>
      <id>{word}</id>
      <username>{user}</username>
      <password>«encrypted value|{{base64 strong password}}»</password>
    </server>
    <server>
      <id>{word}</id>
      <password>«environment reference|${env.NEXUS_PASSWORD}»</password>
    </server>
  </servers>
</settings>
`},
		{"nuget config", []template{"root/.nuget/NuGet/NuGet.Config", "app/nuget.config"}, `<?xml version="1.0"?>
<configuration>
  <packageSourceCredentials>
    <{word}>
      <add key="Username" value="{user}" />
      <add key="ClearTextPassword" value="‹nuget password|{random api key}›" />
    </{word}>
  </packageSourceCredentials>
</configuration>
`},
		{"gh hosts", []template{"root/.config/gh/hosts.yml"}, `github.com:
    user: {word}
    oauth_token: ‹github oauth token|{github oauth token}›
    git_protocol: https
`},
		{"wp-config", []template{"var/www/html/wp-config.php", "srv/{word}/wp-config.php"},
			`<?php
define( 'DB_NAME', '{word}' );
define( 'DB_USER', '{word}' );
define( 'DB_PASSWORD', '‹wp-config password|{strong password}›' );
define( 'AUTH_KEY',         '‹wordpress key|{wordpress key}›' );
define( 'SECURE_AUTH_KEY',  '‹wordpress key|{wordpress key}›' );
define( 'LOGGED_IN_KEY',    '‹wordpress key|{wordpress key}›' );
define( 'NONCE_SALT',       '‹wordpress key|{wordpress key}›' );
$table_prefix = 'wp_';
`},
		{"rails", []template{"app/config/master.key", "srv/{word}/config/master.key"}, "‹rails master key|{md5 digest}›"},
		{"rails", []template{"app/config/database.yml"}, `production:
  adapter: postgresql
  host: {host}
  username: {word}
  password: ‹database.yml password|{random api key}›
development:
  adapter: sqlite3
  database: db/{word}.sqlite3
test:
  password: «template reference|<%= ENV['DB_PASSWORD'] %>»
`},
		{"django", []template{"app/{word}/settings.py"}, `SECRET_KEY = '‹django secret key|{django key}›'
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': '{word}',
        'USER': '{word}',
        'PASSWORD': '‹django password|{strong password}›',
        'HOST': '{host}',
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {'NAME': '«class name|django.contrib.auth.password_validation.MinimumLengthValidator»'},
]
`},
		{"kubernetes secret", []template{"app/deploy/secret.yaml", "srv/{word}/k8s/{word}-secret.yml"},
			`apiVersion: v1
kind: Secret
metadata:
  name: {word}
type: Opaque
data:
  password: ‹base64 password|{base64 strong password}›
  token: ‹base64 github token|{base64 github personal token}›
  tls.crt: «certificate in base64|{base64 certificate}»
  tls.key: ‹base64 private key|{base64 ec private key}›
`},
		{"kubernetes secret", []template{"app/deploy/{word}.yaml"}, `apiVersion: v1
kind: Secret
metadata:
  name: {word}
stringData:
  username: {word}
  password: ‹stringData password|{strong password}›
  api-key: "‹stringData key|{random api key}›"
`},
		{"htpasswd script", []template{"usr/local/bin/{word}-users.sh"}, `#!/bin/sh
echo '{word}:‹chpasswd password|{memorable password}›' | chpasswd
echo "root:‹chpasswd password|{random api key}›" | chpasswd
useradd -p '‽password hash|{password hash}‽' {word}
`},
		{"jenkins credentials", []template{"var/lib/jenkins/{word}-credentials.xml"}, `<com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
  <scope>GLOBAL</scope>
  <id>«uuid|{uuid}»</id>
  <username>{user}</username>
  <password>‹jenkins password|{random api key}›</password>
</com.cloudbees.plugins.credentials.impl.UsernamePasswordCredentialsImpl>
`},
		{"tomcat users", []template{"opt/tomcat/conf/tomcat-users.xml"}, `<tomcat-users>
  <role rolename="manager-gui"/>
  <user username="{word}" password="‹tomcat password|{memorable password}›" roles="manager-gui"/>
  <user username="{word}" password="‹tomcat password|{strong password}›" roles="admin-script"/>
</tomcat-users>
`},
		{"wpa supplicant", []template{"etc/wpa_supplicant/wpa_supplicant.conf"}, `network={
    ssid="{word}"
    psk="‹wifi password|{passphrase}›"
    key_mgmt=WPA-PSK
}
`},
		{"wireguard", []template{"etc/wireguard/wg0.conf"}, `[Interface]
Address = 10.0.{n}.1/24
PrivateKey = ‹wireguard key|{wireguard key}›

[Peer]
PublicKey = «wireguard public key|{wireguard key}»
PresharedKey = ‹wireguard preshared key|{wireguard key}›
AllowedIPs = 10.0.{n}.2/32
`},
		{"rclone", []template{"root/.config/rclone/rclone.conf"}, `[{word}]
type = s3
provider = AWS
access_key_id = ‹aws access key id|{aws access key id}›
secret_access_key = ‹aws secret key|{aws secret key}›
region = eu-central-1
`},
		{"s3cfg", []template{"root/.s3cfg"}, `[default]
access_key = ‹aws access key id|{aws access key id}›
secret_key = ‹aws secret key|{aws secret key}›
bucket_location = US
`},
		{"slack.json", []template{"app/{word}-bot.json"}, `{
  "bot": {"token": "‹slack bot token|{slack bot token}›", "signing_secret": "‹slack signing secret|{md5 digest}›"},
  "channel": "«workspace id|{workspace id}»"
}
`},
		{"filezilla", []template{"root/.config/filezilla/sitemanager.xml"}, `<FileZilla3>
 <Servers>
  <Server>
   <Host>{host}</Host>
   <User>{user}</User>
   <Pass encoding="base64">‹filezilla password|{base64 strong password}›</Pass>
  </Server>
 </Servers>
</FileZilla3>
`},
		{"sqlplus script", []template{"srv/{word}/load.sql"}, `CONNECT {word}/‹oracle password|{random api key}›@//{host}:1521/ORCL
CREATE USER {word} IDENTIFIED BY '‹sql user password|{strong password}›';
ALTER ROLE {word} WITH PASSWORD '‹sql user password|{memorable password}›';
`},
		{"passwords.csv", []template{"root/{word}-passwords.csv"}, "name,url,username,password\n" + times(4, "{word},https://{host}/,{user},‹password in csv|{strong password}›\n")},
		{"mail client", []template{"root/.muttrc", "etc/msmtprc"}, `account {word}
host {host}
port 587
from {word}@{word}.com
auth on
user {word}
password ‹msmtp password|{strong password}›
`},
		{"fstab", []template{"etc/fstab"}, `UUID=«uuid|{uuid}» / ext4 defaults 0 1
//{host}/{word} /mnt cifs username={word},password=‹mount password|{random api key}›,uid=1000 0 0
`},
		{"ldap", []template{"etc/ldap.conf", "etc/nslcd.conf"}, `uri ldaps://{host}
base dc={word},dc=net
binddn cn={word},dc={word},dc=net
bindpw ‹ldap password|{strong password}›
`},
		{"sasl", []template{"etc/postfix/sasl_passwd"}, "[{host}]:587 {word}@{word}.com:‹sasl password|{random api key}›\n"},
		{"redis.conf", []template{"etc/redis/redis.conf"}, `bind 127.0.0.1
port 6379
requirepass ‹redis password|{random api key}›
masterauth ‹redis password|{strong password}›
maxmemory {n}gb
`},
		{"vault token", []template{"root/.vault-token"}, "‹vault service token|{vault service token}›"},
	}
}

// keyFiles are files with private keys.
func keyFiles() []document {
	return []document{
		{"pem key", []template{"etc/ssl/private/{word}.key", "app/certs/{word}-key.pem"}, "‹rsa private key|{rsa private key}›\n"},
		{"pem key", []template{"etc/ssl/private/{word}.pem", "srv/{word}/tls.key"}, "‹ec private key|{ec private key}›\n"},
		{"pem key", []template{"etc/{word}/{word}.key"}, "‹rsa pkcs8 key|{rsa pkcs8 key}›\n"},
		{"pem key", []template{"etc/pki/tls/private/{word}.key"}, "‹ed25519 key|{ed25519 key}›\n"},
		{"pem key with certificate", []template{"etc/haproxy/{word}.pem"}, `«certificate|{certificate}»
‹ec pkcs8 key|{ec pkcs8 key}›
`},
		{"encrypted key", []template{"etc/ssl/private/{word}-enc.key"}, "‹encrypted pkcs8 key|{encrypted pkcs8 key}›\n"},
		{"encrypted key", []template{"srv/{word}/{word}.key"}, "‹encrypted rsa key|{encrypted rsa key}›\n"},
		{"ssh key", []template{"root/.ssh/id_ed25519", "home/{word}/.ssh/id_ed25519", "app/deploy_key"}, "‹openssh key|{openssh key}›\n"},
		{"ssh key", []template{"root/.ssh/id_rsa", "etc/ssh/ssh_host_rsa_key"}, "‹rsa private key|{rsa private key}›\n"},
		{"pgp key", []template{"root/{word}.asc", "root/.gnupg/{word}.gpg.asc"}, "‹pgp private key|{pgp private key}›\n"},
		{"key in source", []template{"app/src/{word}_keys.py"}, `import jwt

PRIVATE_KEY = """‹rsa private key|{rsa private key}›"""

PUBLIC_KEY = """«public key|{public key}»"""
`},
		{"key in source", []template{"app/src/{word}.go"}, "package {word}\n\nconst signingKey = `‹ec private key|{ec private key}›`\n"},
		{"key in yaml", []template{"app/config/{word}-tls.yml"}, `tls:
  cert: |
    # {word}
  key: "‹key with escaped lines|{escaped rsa key}›"
`},
		{"key in dotenv", []template{"app/{word}/.env"}, `PORT=8080
JWT_PRIVATE_KEY="‹key with escaped lines|{escaped rsa key}›"
`},
		{"json web key", []template{"app/keys/{word}.jwk.json"}, `{
  "kty": "OKP",
  "crv": "Ed25519",
  "kid": "«uuid|{uuid}»",
  "x": "«public part of a key|{url key}»",
  "d": "‹json web key|{url key}›"
}
`},
		{"putty key", []template{"root/{word}.ppk"}, `‹putty key|PuTTY-User-Key-File-3: ssh-ed25519
Encryption: none
Comment: {word}
Public-Lines: 2
AAAAC3NzaC1lZDI1NTE5AAAAI{url key}
Private-Lines: 1
AAAAI{wireguard key}
Private-MAC: {hex64}›
`},
		{"age key", []template{"root/.config/sops/age/keys.txt"}, `# created: {date}T10:00:00Z
# public key: «age recipient|{age recipient}»
‹age key|{age key}›
`},
	}
}

// mentions are secrets in commands, logs and network traffic.
func mentions() []document {
	return []document{
		{"shell history", []template{"root/.bash_history", "home/{word}/.bash_history"},
			`ls -la
mysql -u {word} -p‹mysql -p|{random api key}› {word}
mysqldump --password=‹--password|{random api key}› {word} > dump.sql
curl -u {word}:‹curl -u|{random api key}› https://{host}/api
curl -H 'Authorization: Bearer ‹bearer header|{hmac json web token}›' https://{host}/
docker login -u {word} -p ‹docker login -p|{random api key}› {host}
sshpass -p '‹sshpass|{strong password}›' ssh {word}@{host}
export AWS_SECRET_ACCESS_KEY=‹aws secret key|{aws secret key}›
PGPASSWORD=‹PGPASSWORD|{random api key}› psql -h {host} {word}
redis-cli -a ‹redis-cli -a|{random api key}› ping
mysql -u root -p
git clone https://{word}:‹github personal token|{github personal token}›@github.com/{word}/{word}.git
exit
`},
		{"install script", []template{"usr/local/bin/install-{word}.sh"},
			`#!/bin/bash
set -e
wget --user={word} --password=‹--password|{strong password}› https://{host}/{word}.tar.gz
curl -sSL -H "PRIVATE-TOKEN: ‹gitlab personal token|{gitlab personal token}›" https://gitlab.com/api/v4/projects
curl -H "X-Api-Key: ‹api key header|{random api key}›" https://{host}/v1/{word}
pip install --index-url https://{word}:‹password in url|{random api key}›@{host}/simple {word}
npm config set //registry.npm.example/:_authToken ‹npm token|{npm token}›
htpasswd -bc /etc/nginx/.htpasswd {word} ‹htpasswd -b|{random api key}›
openssl enc -aes-256-cbc -k ‹openssl -k|{random api key}› -in {word} -out {word}.enc
curl -H "Authorization: Bearer «environment reference|$TOKEN»" https://{host}/
curl ` + `-u "{word}:«environment reference|${PASSWORD}»" https://{host}/
`},
		{"access log", []template{"var/log/nginx/access.log"},
			`10.0.0.{n} - - [{date}] "GET /{word}?page={n} HTTP/1.1" 200 {nnn}
10.0.0.{n} - - [{date}] "GET /login?user={word}&password=‹password in query|{percent strong password}› HTTP/1.1" 302 0
10.0.0.{n} - - [{date}] "GET /api?access_token=‹token in query|{random api key}› HTTP/1.1" 200 {nnn}
10.0.0.{n} - - [{date}] "GET /static/«hashed asset|{hashed asset}» HTTP/1.1" 200 {nnn}
`},
		{"http dump", []template{"srv/{word}/debug.http", "tmp/{word}.har.txt"},
			`GET /v1/{word} HTTP/1.1
Host: {host}
Authorization: Basic ‹basic header|{basic}›
X-Request-Id: «uuid|{uuid}»

POST /oauth2/token HTTP/1.1
Host: {host}

grant_type=client_credentials&client_id=«uuid|{uuid}»&client_secret=‹client secret in form|{random api key}›

GET / HTTP/1.1
Authorization: Bearer ‹bearer header|{rsa json web token}›
`},
		{"application log", []template{"var/log/{word}/app.log"},
			`{date} 10:00:01 INFO connecting to postgres://{word}:‹password in url|{random api key}›@{host}/{word}
{date} 10:00:02 INFO request «trace id|{trace id}» took {n}ms
{date} 10:00:03 DEBUG response {"access_token":"‹token in log|{random api key}›","token_type":"«choice about secrets|Bearer»","expires_in":3600}
{date} 10:00:04 ERROR invalid password for user {word}
{date} 10:00:05 INFO login ok password=«placeholder word|********»
`},
		{"dockerfile", []template{"app/Dockerfile", "srv/{word}/Dockerfile.prod"},
			`FROM node:20
ARG NPM_TOKEN=‹npm token|{npm token}›
ARG «name of a variable|GITHUB_TOKEN»
ENV DB_PASSWORD=‹dockerfile env|{strong password}›
RUN git clone https://{word}:‹github personal token|{github personal token}›@github.com/{word}/{word}.git
RUN echo "//registry.npm.example/:_authToken=«environment reference|${NPM_TOKEN}»" > .npmrc && npm ci
RUN --mount=type=secret,id=«name of a secret|npm_token» npm ci
CMD ["node", "server.js"]
`},
		{"chat export", []template{"srv/{word}/tickets.json"}, `[
  {"user": "{word}", "text": "can you log in? the password is ‹password in prose|{strong password}› for now"},
  {"user": "{word}", "text": "I forgot my password again"},
  {"user": "{word}", "text": "use this token: ‹github personal token|{github personal token}›"}
]
`},
		{"python calls", []template{"app/{word}/jobs.py"}, `import psycopg2, boto3, requests

conn = psycopg2.connect(host="{host}", user="{word}", password="‹password argument|{strong password}›")
s3 = boto3.client("s3", aws_access_key_id="‹aws access key id|{aws access key id}›", aws_secret_access_key="‹aws secret key|{aws secret key}›")
requests.get("https://{host}", auth=("{word}", "‹auth tuple|{strong password}›"))
requests.get("https://{host}", headers={"Authorization": "Bearer ‹bearer header|{random api key}›"})
conn2 = psycopg2.connect(password=«function call|os.environ["DB_PASSWORD"]»)
`},
		{"java calls", []template{"app/src/main/java/com/{word}/Db.java"}, `package com.{word};

class Db {
    Connection open() throws Exception {
        return DriverManager.getConnection("jdbc:mysql://{host}/{word}", "{word}", "‹password argument|{random api key}›");
    }
    void key() { client.setPassword("‹setter argument|{strong password}›"); }
    void env() { client.setPassword(«function call|System.getenv("DB_PASSWORD")»); }
}
`},
		{"go calls", []template{"app/internal/{word}/db.go"}, `package {word}

func open() {
	db, _ = sql.Open("postgres", "host={host} user={word} password=‹password in dsn|{random api key}› sslmode=disable")
	req.SetBasicAuth("{word}", "‹basic auth argument|{random api key}›")
	req.Header.Set("Authorization", "Bearer "+«function call|os.Getenv("TOKEN")»)
}
`},
		{"values.yaml", []template{"app/chart/values.yaml"}, `image:
  repository: {word}
auth:
  username: {word}
  password: ‹helm value|{strong password}›
  existingSecret: ""
postgresql:
  postgresqlPassword: ‹helm value|{random api key}›
  existingSecret: «name of a secret|{name of a secret}»
`},
		{"encoded values", []template{"app/.env.encoded", "srv/{word}/launch.env", "app/deploy/{word}.env"},
			`CONFIG_B64=‹settings in base64|{base64 dotenv}›
GREETING_B64=«base64 of text|{base64 of text}»
SERVICE_ACCOUNT_B64=‹token in base64|{base64 github personal token}›
CALLBACK=https://{host}/cb?body=‹settings in percent-encoding|{percent dotenv}›
KEY_B64=‹private key in base64|{base64 ec private key}›
CERT_B64=«certificate in base64|{base64 certificate}»
`},
		{"request log", []template{"var/log/{word}-requests.log"},
			`{date} POST /{word} q=%7B%22user%22%3A%22{word}%22%2C%22password%22%3A%22‹password in percent-encoding|{percent strong password}›%22%7D
{date} GET /blob?sig=‹signature in percent-encoding|{percent azure storage key}›&sv=2023-11-03&sp=rwdl
{date} GET /search?«percent-encoded text|{percent-encoded text}»
{date} GET /track?id=«uuid|{uuid}»&utm_campaign=«word with a keyword inside|monkey%20{word}»
`},
		{"ci variables", []template{"app/.gitlab-ci.yml"}, `variables:
  DOCKER_DRIVER: overlay2
  DEPLOY_TOKEN: ‹gitlab deploy token|{gitlab deploy token}›
  SONAR_TOKEN: «environment reference|$SONAR_TOKEN»
build:
  script:
    - docker login -u ci -p «environment reference|$CI_JOB_TOKEN» registry.gitlab.com
    - docker login -u ci -p ‹docker login -p|{random api key}› {host}
`},
	}
}
