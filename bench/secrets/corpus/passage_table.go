package corpus

import "encoding/base64"

// lockFiles are files with many digests.
func lockFiles() []document {
	return []document{
		{"package-lock.json", []template{"app/package-lock.json", "srv/{word}/node_modules/.package-lock.json"},
			`{
  "name": "{word}",
  "lockfileVersion": 3,
  "packages": {
` +
				times(12, `    "node_modules/{word}-{word}": {
      "version": "{version}",
      "resolved": "https://registry.npm.example/{word}/-/{word}-{version}.tgz",
      "integrity": "«integrity|{integrity}»"
    },
`) +
				`    "node_modules/js-tokens": {
      "version": "4.0.0",
      "integrity": "«integrity|{integrity}»"
    }
  }
}
`},
		{"yarn.lock", []template{"app/yarn.lock"},
			times(12, `{word}@^{version}:
  version "{version}"
  resolved "https://registry.yarnpkg.com/{word}/-/{word}-{version}.tgz#«git commit|{hex40}»"
  integrity «integrity|{integrity}»

`)},
		{"pnpm-lock.yaml", []template{"app/pnpm-lock.yaml"}, `lockfileVersion: '9.0'
packages:
` + times(10, `  {word}@{version}:
    resolution: {integrity: «integrity|{integrity}»}
`)},
		{"Cargo.lock", []template{"app/Cargo.lock"}, times(10, `[[package]]
name = "{word}"
version = "{version}"
checksum = "«sha256 digest|{hex64}»"

`)},
		{"go.sum", []template{"app/go.sum", "go/src/{word}/go.sum"}, times(10, `github.com/{word}/{word} v{version} h1:«go module hash|{wireguard key}»
github.com/{word}/{word} v{version}/go.mod h1:«go module hash|{wireguard key}»
`)},
		{"poetry.lock", []template{"app/poetry.lock"}, times(6, `[[package]]
name = "{word}"
version = "{version}"
files = [
    {file = "{word}-{version}-py3-none-any.whl", hash = "sha256:«sha256 digest|{hex64}»"},
    {file = "{word}-{version}.tar.gz", hash = "sha256:«sha256 digest|{hex64}»"},
]

`)},
		{"Pipfile.lock", []template{"app/Pipfile.lock"}, `{
    "_meta": {"hash": {"sha256": "«sha256 digest|{hex64}»"}},
    "default": {
        "passlib": {
            "hashes": [
` + times(8, "                \"sha256:«sha256 digest|{hex64}»\",\n") + `                "sha256:«sha256 digest|{hex64}»"
            ],
            "version": "=={version}"
        }
    }
}
`},
		{"requirements with hashes", []template{"app/requirements.lock.txt"}, times(6, `{word}=={version} \
    --hash=sha256:«sha256 digest|{hex64}»
`)},
		{"composer.lock", []template{"app/composer.lock"}, `{
    "content-hash": "«md5 digest|{md5 digest}»",
    "packages": [
` + times(5, "        {\"name\": \"{word}/{word}\", \"source\": {\"type\": \"git\", \"reference\": \"«git commit|{hex40}»\"}, \"dist\": {\"type\": \"zip\", \"shasum\": \"«git commit|{hex40}»\"}},\n") + `        {"name": "{word}/oauth-token"}
    ]
}
`},
		{"Gemfile.lock", []template{"app/Gemfile.lock"}, `GIT
  remote: https://github.com/{word}/{word}.git
  revision: «git commit|{hex40}»

CHECKSUMS
` + times(6, "  {word} ({version}) sha256=«sha256 digest|{hex64}»\n")},
		{"checksums", []template{"srv/{word}/SHA256SUMS", "usr/share/{word}/SHA256SUMS"}, times(8, "«sha256 digest|{hex64}»  {word}-{version}.tar.gz\n")},
		{"md5sums", []template{"var/lib/dpkg/info/{word}.md5sums"}, times(8, "«md5 digest|{md5 digest}»  usr/share/{word}/{word}\n")},
		{"packed-refs", []template{"app/.git/packed-refs", "srv/{word}/.git/packed-refs"}, "# pack-refs with: peeled fully-peeled sorted\n" + times(6, "«git commit|{hex40}» refs/heads/{word}-{word}\n")},
		{"terraform lock", []template{"app/.terraform.lock.hcl"}, `provider "registry.terraform.io/hashicorp/{word}" {
  version = "{version}"
  hashes = [
` + times(4, `    "h1:«go module hash|{wireguard key}»",
    "zh:«sha256 digest|{hex64}»",
`) + `  ]
}
`},
		{"oci manifest", []template{"srv/{word}/index.json"}, "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:«sha256 digest|{hex64}»\",\"size\":{nnn}},{\"digest\":\"sha256:«sha256 digest|{hex64}»\",\"size\":{nnn}}]}\n"},
		{"asset manifest", []template{"var/www/html/asset-manifest.json"}, `{
  "files": {
` + times(5, "    \"static/js/{word}.js\": \"/static/js/«hashed asset|{hashed asset}»\",\n") + `    "index.html": "/index.html"
  }
}
`},
	}
}

// programs are source files that process secrets and contain none.
func programs() []document {
	return []document{
		{"python", []template{"app/{word}/auth.py", "usr/lib/python3/dist-packages/{word}/auth.py"},
			`import getpass, os, secrets

password = «function call|getpass.getpass("Password: ")»
api_key = «function call|os.environ.get("API_KEY", "")»
token = «function call|secrets.token_urlsafe(32)»
secret_key = «attribute|settings.SECRET_KEY»

def login(username: str, password: «type annotation|Optional[str] = None», token: «type annotation|str») -> bool:
    password_hash = «function call|bcrypt.hashpw(password.encode(), bcrypt.gensalt())»
    auth_token = «function call|request.headers.get("Authorization", "").removeprefix("Bearer ")»
    if password == «attribute|self.password_confirmation»:
        raise ValueError("«message|Password and confirmation must be the same")»
    return check(password=«variable|password», token=«variable|token»)
`},
		{"javascript", []template{"app/src/{word}Auth.js", "app/node_modules/{word}/auth.js"},
			"const password = «function call|document.getElementById('password').value»;\nconst apiKey = «attribute|process.env.API_KEY»;\nconst secret = «function call|await getSecret('{word}/database')»;\nconst token = «function call|jwt.sign({ id: user.id }, secretOrPrivateKey)»;\nthis.accessToken = «attribute|response.data.access_token»;\nconst { password, passwordConfirm } = «attribute|req.body»;\nconst TOKEN_KEY = '«storage key|auth_token»';\nconst passwordField = '«form field|user[password]»';\nlocalStorage.setItem('«storage key|refreshToken»', token);\nexport const SET_PASSWORD_SUCCESS = '«action name|@auth/SET_PASSWORD_SUCCESS»';\nheaders: { Authorization: `Bearer «template literal|${this.token}»` }\n"},
		{"typescript", []template{"app/src/{word}.types.ts"},
			`export interface Credentials {
  username: string;
  password: «type annotation|string»;
  apiKey?: «type annotation|string | undefined»;
  accessToken: «type annotation|Promise<string>»;
  secret: «type annotation|SecretKeySelector»;
  keyType: '«literal type|publickey' | 'password»';
}
enum TokenType { AccessToken = '«choice about secrets|access_token»', RefreshToken = '«choice about secrets|refresh_token»' }
function hash(password: «type annotation|string», salt: «type annotation|Buffer»): void {}
`},
		{"java", []template{"app/src/main/java/com/{word}/Auth.java"},
			`package com.{word};

class Auth {
    private String password = «function call|config.getString("db.password")»;
    private static final String PASSWORD_KEY = "«configuration key|spring.datasource.password»";
    private static final String TOKEN_HEADER = "«header about secrets|X-Auth-Token»";
    @Value("«template reference|${app.secret}»") private String secret;
    char[] password() { return «function call|console.readPassword("Password: ")»; }
    String token = «function call|UUID.randomUUID().toString()»;
    PasswordEncoder passwordEncoder = «function call|new BCryptPasswordEncoder(12)»;
    SecretKey key = «function call|KeyGenerator.getInstance("AES").generateKey()»;
}
`},
		{"go", []template{"app/internal/{word}/auth.go", "go/src/{word}/keys.go"},
			"package {word}\n\nconst (\n\tpemHeader = \"«pem header|{dashes}BEGIN RSA PRIVATE KEY{dashes}»\"\n\tpemFooter = \"«pem header|{dashes}END RSA PRIVATE KEY{dashes}»\"\n\topenSSH   = \"«pem header|{dashes}BEGIN OPENSSH PRIVATE KEY{dashes}»\"\n\ttokenType = \"«choice about secrets|urn:ietf:params:oauth:token-type:access_token»\"\n)\n\nvar password = «function call|os.Getenv(\"DB_PASSWORD\")»\nvar apiKey = «function call|flag.String(\"api-key\", \"\", \"the API key\")»\nvar secretName = \"«name of a secret|{name of a secret}»\"\n\ntype Config struct {\n\tPassword «type annotation|string `json:\"password\" yaml:\"password\"`»\n\tAPIKey   «type annotation|string `env:\"API_KEY,required\"`»\n}\n\nfunc (c *Config) token() string { return «attribute|c.tokens[len(c.tokens)-1]» }\n"},
		{"php", []template{"var/www/html/{word}/login.php"},
			`<?php
$password = «attribute|$_POST['password']»;
$token = «function call|bin2hex(random_bytes(32))»;
$secret = «function call|getenv('APP_SECRET') ?: ''»;
$apiKey = «attribute|$this->config->get('api_key')»;
$hash = password_hash($password, «constant|PASSWORD_BCRYPT»);
'password' => «function call|env('DB_PASSWORD', '')»,
'password' => '«validation rule|required|min:8|confirmed»',
`},
		{"ruby", []template{"app/app/models/{word}.rb"},
			`class User < ApplicationRecord
  has_secure_password
  validates :password, «validation rule|length: { minimum: 12 }»
  attr_accessor :«attribute|reset_token, :remember_token»
  def secret = «attribute|Rails.application.credentials.secret_key_base»
  def token = «function call|SecureRandom.urlsafe_base64(24)»
  config.filter_parameters += [«attribute|:passw, :secret, :token, :_key, :crypt, :salt»]
end
`},
		{"shell script", []template{"usr/local/bin/{word}-entrypoint.sh", "docker-entrypoint.d/{word}-env.sh"},
			`#!/bin/bash
read -rsp "Password: " password
PASSWORD=«command substitution|$(cat /run/secrets/db_password)»
TOKEN=«command substitution|"$(vault kv get -field=token secret/{word})"»
export API_KEY=«environment reference|"${API_KEY:?API_KEY is not set}"»
SECRET=«command substitution|$(openssl rand -hex 32)»
PASSWORD_FILE=«path about secrets|/run/secrets/password»
mysql -p"«environment reference|$MYSQL_ROOT_PASSWORD»" -e 'select 1'
curl -H "Authorization: Bearer «command substitution|$(gcloud auth print-access-token)»" https://{host}
usage() { echo "usage: $0 --password «placeholder in brackets|<password>» --token «placeholder word|TOKEN»"; }
`},
		{"html form", []template{"var/www/html/{word}.html"},
			`<form method="post">
  <input type="password" name="«form field|new_password»" placeholder="«placeholder text|Enter your password»" autocomplete="«form field|current-password»">
  <input type="hidden" name="csrf_token" value="«template reference|{{ csrf_token }}»">
  <label for="password">«label|Password (at least 12 characters)»</label>
  <script src="/{word}.js" integrity="«integrity|{integrity}»" crossorigin="anonymous"></script>
  <link rel="stylesheet" href="/«hashed asset|{hashed asset}»">
</form>
`},
		{"minified javascript", []template{"var/www/html/static/{word}.min.js", "app/node_modules/{word}/dist/{word}.min.js"},
			"!function(e){var t={};function n(r){if(t[r])return t[r].exports}n.m=e;var password=«function call|e.target.value»,token=«attribute|t.token||null»,secret=«constant|void 0»;a.tokenType=«expression|\"Bearer\"===r?1:2»;case\"password\":return\"«label|Passwort»\";default:return{key:«expression|r+\"_\"+n»,apiKey:«attribute|o.apiKey»,keyCode:«constant|13»,password:«expression|!0»,secretKey:«attribute|i.default.secretKey»}}([function(e,t){e.exports=\"«random text|abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=»\"}]);\n"},
		{"source map", []template{"var/www/html/static/{word}.js.map"},
			"{\"version\":3,\"sources\":[\"webpack:///./src/{word}.js\"],\"names\":[\"password\",\"token\"],\"mappings\":\"«source mapping|{mapping}»\",\"file\":\"{word}.js\"}\n"},
		{"sql schema", []template{"app/db/schema.sql", "srv/{word}/migrations/001_{word}.sql"},
			`CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT «function call|gen_random_uuid()»,
  password «column definition|varchar(255) NOT NULL»,
  api_key «column definition|char(64) UNIQUE»,
  reset_token «column definition|text DEFAULT NULL»
);
CREATE UNIQUE INDEX index_users_on_token ON users («column about secrets|reset_password_token»);
ALTER TABLE users ADD COLUMN «column about secrets|encrypted_otp_secret» text;
CREATE USER {word} IDENTIFIED BY '«template reference|{{ db_password }}»';
`},
		{"css", []template{"var/www/html/static/{word}.css"},
			`.«class name|password-strength-meter__indicator--weak» { color: «colour|{colour}»; background: «colour|{colour}»; }
.«class name|token-list-item» { border-color: «colour|{colour}»; }
.icon-key { background: url(«base64 image|{base64 image}»); }
@font-face { src: url(data:font/woff2;base64,«base64 font|d09GMgABAAAAA{base64 hex64}») }
`},
		{"terraform", []template{"app/terraform/main.tf", "srv/{word}/variables.tf"},
			`variable "db_password" {
  type      = «type annotation|string»
  sensitive = true
}
resource "aws_db_instance" "{word}" {
  password = «terraform expression|var.db_password»
  username = "{word}"
  kms_key_id = «terraform expression|aws_kms_key.{word}.arn»
}
resource "random_password" "{word}" {
  length = 32
}
data "aws_secretsmanager_secret" "{word}" { name = "«name of a secret|prod/{word}/database»" }
output "secret" { value = «terraform expression|random_password.{word}.result» }
`},
		{"helm template", []template{"app/chart/templates/deployment.yaml"},
			`env:
  - name: DB_PASSWORD
    valueFrom:
      secretKeyRef:
        name: «name of a secret|{name of a secret}»
        key: «name of a secret|postgres-password»
  - name: API_KEY
    value: «template reference|{{ .Values.apiKey | quote }}»
  - name: TOKEN
    value: «template reference|{{ include "{word}.token" . }}»
imagePullSecrets:
  - name: «name of a secret|{name of a secret}»
serviceAccountToken: «path about secrets|/var/run/secrets/kubernetes.io/serviceaccount/token»
`},
		{"github workflow", []template{"app/.github/workflows/release.yml"},
			`jobs:
  release:
    steps:
      - uses: actions/checkout@«git commit|{hex40}»
        with:
          token: «template reference|${{ secrets.GITHUB_TOKEN }}»
      - run: npm publish
        env:
          NODE_AUTH_TOKEN: «template reference|${{ secrets.NPM_TOKEN }}»
          AWS_SECRET_ACCESS_KEY: «template reference|${{ secrets.AWS_SECRET_ACCESS_KEY }}»
    permissions:
      id-token: «choice about secrets|write»
`},
	}
}

// publicFiles are text for people, and public parts of keys.
func publicFiles() []document {
	return []document{
		{"locale", []template{"app/locales/de.json", "var/www/html/i18n/{word}.json"},
			`{
  "password": "«translation|Passwort»",
  "newPassword": "«translation|Neues Passwort eingeben»",
  "api_key": "«translation|API-Schlüssel»",
  "token": "«translation|Zugriffstoken»",
  "secret": "«translation|Geheimnis»",
  "forgot_password": "«translation|Passwort vergessen?»",
  "password_reset_token_invalid": "«translation|Der Link zum Zurücksetzen ist ungültig»",
  "two_factor_secret": "«translation|Zwei-Faktor-Schlüssel»"
}
`},
		{"locale", []template{"app/config/locales/fr.yml"},
			`fr:
  devise:
    password: "«translation|Mot de passe»"
    passwords:
      no_token: "«translation|Vous ne pouvez accéder à cette page sans passer par un courriel"»
    access_token: «translation|Jeton d'accès»
    secret_key: «translation|Clé secrète»
    api_key_copied: «translation|Clé API copiée dans le presse-papiers»
`},
		{"gettext", []template{"usr/share/locale/es/{word}.po"},
			`msgid "Password"
msgstr "«translation|Contraseña»"

msgid "Password: "
msgstr "«translation|Contraseña: »"

msgid "Invalid token: %s"
msgstr "«translation|Testigo no válido: %s»"

msgid "secret=%s"
msgstr "«translation|secreto=%s»"
`},
		{"certificate", []template{"etc/ssl/certs/{word}.pem", "usr/local/share/ca-certificates/{word}.crt"}, `«certificate|{certificate}»
«certificate|{certificate}»
`},
		{"public key", []template{"app/keys/{word}.pub.pem", "etc/{word}/jwt-public.pem"}, `«public key|{public key}»
«public key|{rsa public key}»
`},
		{"authorized_keys", []template{"root/.ssh/authorized_keys", "home/{word}/.ssh/id_ed25519.pub"}, times(3, "«ssh public key|{ed25519 public}»\n")},
		{"known_hosts", []template{"root/.ssh/known_hosts", "etc/ssh/ssh_known_hosts"}, times(3, "|1|{known host}|{known host} «ssh public key|{ed25519 public}»\n")},
		{"env template", []template{"app/.env.example", "srv/{word}/.env.sample", "app/.env.dist"},
			`# copy to .env and fill in
DB_PASSWORD=«placeholder word|{placeholder word}»
API_KEY=«placeholder in brackets|{placeholder in brackets}»
STRIPE_SECRET_KEY=«token made of filler|{token made of filler}»
JWT_SECRET=«placeholder word|{placeholder word}»
AWS_ACCESS_KEY_ID=«deliberate documentation key|{deliberate documentation key}»
SENTRY_DSN=
GITHUB_TOKEN=
MAIL_PASSWORD=«placeholder word|null»
`},
		{"documentation", []template{"usr/share/doc/{word}/README.md", "app/docs/{word}.md", "app/node_modules/{word}/README.md"},
			"# {Word}\n\nSet your token:\n\n    export {Word}_TOKEN=«placeholder in brackets|<your-token>»\n\nor in `config.yml`:\n\n```yaml\npassword: «placeholder word|your-password»\napi_key: \"«placeholder word|{placeholder word}»\"\naws_access_key_id: «deliberate documentation key|{deliberate documentation key}»\n```\n\n```js\nconst client = new {Word}({ apiKey: '«placeholder word|YOUR_API_KEY»', secret: «attribute|process.env.SECRET» });\n```\n\n    curl -u «placeholder in url|user:password» https://api.{word}.com\n    psql postgres://«placeholder in url|user:password»@localhost/{word}\n    git clone https://«placeholder in url|<token>»@github.com/{word}/{word}.git\n\nThe `password_hash` is «prose|computed with bcrypt»; a token is «prose|a JSON web token».\n"},
		{"test vectors", []template{"usr/share/doc/{word}/vectors.txt", "app/vendor/{word}/testdata/aes.txt"},
			"# Test vectors for AES-256-GCM\n" + times(3, `COUNT = {n}
KEY = «test vector|{hex64}»
IV = «test vector|{span id}»
PT = «test vector|{md5 digest}»
CT = «test vector|{md5 digest}»
TAG = «test vector|{md5 digest}»

`)},
		{"openapi", []template{"app/openapi.yaml", "srv/{word}/swagger.yml"},
			`components:
  securitySchemes:
    ApiKeyAuth:
      type: «choice about secrets|apiKey»
      in: header
      name: «header about secrets|{header about secrets}»
  schemas:
    Login:
      properties:
        password:
          type: string
          format: «choice about secrets|password»
          example: «placeholder word|********»
        token:
          type: «type annotation|string»
          description: «sentence about secrets|The token that you were sent by mail»
        id:
          example: «uuid|{uuid}»
`},
		{"json data", []template{"srv/{word}/events.json", "var/lib/{word}/events.ndjson"},
			times(5, "{\"id\":\"«uuid|{uuid}»\",\"trace_id\":\"«trace id|{trace id}»\",\"span_id\":\"«span id|{span id}»\",\"etag\":\"«md5 digest|{md5 digest}»\",\"type\":\"token_refreshed\",\"key\":\"{word}/{word}\"}\n")},
		{"csv", []template{"srv/{word}/users.csv", "app/data/molecules.csv"}, "id,uuid,commit,compound,color\n" + times(6, "{n},«uuid|{uuid}»,«git commit|{hex40}»,«chemical|{chemical}»,«colour|{colour}»\n")},
		{"log", []template{"var/log/{word}/access.log", "var/log/{word}.log.1"},
			times(4, "{date} 10:00:00 INFO [«trace id|{trace id}»,«span id|{span id}»] user authenticated with token_type=«choice about secrets|Bearer» key_id=«certificate serial|{certificate serial}» password=«placeholder word|[FILTERED]»\n")},
		{"nginx", []template{"etc/nginx/conf.d/{word}.conf"},
			`server {
  ssl_certificate     «path about secrets|/etc/ssl/certs/{word}.pem»;
  ssl_certificate_key «path about secrets|/etc/ssl/private/{word}.key»;
  ssl_password_file   «path about secrets|/etc/nginx/{word}.pass»;
  auth_basic_user_file «path about secrets|/etc/nginx/.htpasswd»;
  proxy_set_header Authorization «variable|$http_authorization»;
  secure_link_md5 "«variable|$secure_link_expires$uri $arg_token»";
}
`},
		{"pam and sudo", []template{"etc/pam.d/{word}", "etc/login.defs"},
			`password required pam_unix.so «choice about secrets|sha512 shadow nullok try_first_pass»
password [success=1 default=ignore] «choice about secrets|pam_unix.so obscure yescrypt»
PASS_MAX_DAYS «number about secrets|99999»
ENCRYPT_METHOD «choice about secrets|YESCRYPT»
LOGIN_RETRIES 5
`},
		{"firebase web", []template{"var/www/html/{word}/firebase-config.js"},
			`const firebaseConfig = {
  apiKey: "‽browser key of a map|{google api key}‽",
  authDomain: "{word}.firebaseapp.com",
  messagingSenderId: "«firebase sender|{nnn}{nnn}{nnn}{nnn}»",
  appId: "«firebase app id|{firebase app id}»",
  measurementId: "«analytics id|{analytics id}»"
};
Sentry.init({ dsn: "«sentry public dsn|{sentry public dsn}»" });
const stripe = Stripe("«publishable key|{publishable key}»");
`},
		{"encrypted secrets", []template{"app/secrets.enc.yaml", "srv/{word}/vault.yml"},
			`db:
  password: «encrypted value|ENC[AES256_GCM,data:{wireguard key},iv:{wireguard key},tag:{wireguard key},type:str]»
  token: «encrypted value|ENC[AES256_GCM,data:{wireguard key},iv:{wireguard key},tag:{wireguard key},type:str]»
sops:
  lastmodified: "{date}T10:00:00Z"
  mac: «encrypted value|ENC[AES256_GCM,data:{wireguard key},iv:{wireguard key},tag:{wireguard key},type:str]»
`},
		{"sealed secret", []template{"app/deploy/sealed-{word}.yaml"}, `apiVersion: bitnami.com/v1alpha1
kind: SealedSecret
spec:
  encryptedData:
    password: «encrypted value|AgB{base64 certificate}»
    token: «encrypted value|AgA{base64 certificate}»
`},
		{"ansible vault", []template{"etc/ansible/group_vars/all/vault.yml"}, "«encrypted value|$ANSIBLE_VAULT;1.1;AES256\n" + times(6, "{hex64}\n") + "{hex40}»\n"},
		{"pgp public", []template{"usr/share/keyrings/{word}.asc", "etc/apt/trusted.gpg.d/{word}.asc"}, "«pgp public key|{pgp public key}»\n"},
		{"os package data", []template{"var/lib/{word}/status", "usr/share/{word}/package.ini"},
			`Package: libsecret-1-0
Description: «prose|library for storing passwords and other secrets»
SHA256: «sha256 digest|{hex64}»
MD5sum: «md5 digest|{md5 digest}»
Key-Id: «fingerprint|{fingerprint}»
Tag: security::authentication, «prose|works-with::password-store»
`},
	}
}

// mapping is the start of the mappings of a source map.
func mapping(s *source) string {
	var m string
	for range 40 {
		m += "AA" + s.of(upper, 1) + s.of("ACDEGIK", 1) + pick(s, []string{",", ";", ",S", ",IAAI,"})
	}
	return m
}

// pgpPublic resembles an armored public key. It need not be valid.
func pgpPublic(s *source) string {
	text := `-----BEGIN PGP PUBLIC KEY BLOCK-----

`
	for range 8 {
		text += base64.StdEncoding.EncodeToString(s.bytes(48)) + "\n"
	}
	return text + "=" + s.of(base64Set, 4) + "\n-----END PGP PUBLIC KEY BLOCK-----"
}
