package corpus

import "encoding/base64"

// lockFiles are full of digests.
func lockFiles() []document {
	return []document{
		{"package-lock.json", []template{"app/package-lock.json", "srv/{word}/node_modules/.package-lock.json"},
			"{\n  \"name\": \"{word}\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n" +
				times(12, "    \"node_modules/{word}-{word}\": {\n      \"version\": \"{version}\",\n      \"resolved\": \"https://registry.npmjs.org/{word}/-/{word}-{version}.tgz\",\n      \"integrity\": \"«integrity|{integrity}»\"\n    },\n") +
				"    \"node_modules/js-tokens\": {\n      \"version\": \"4.0.0\",\n      \"integrity\": \"«integrity|{integrity}»\"\n    }\n  }\n}\n"},
		{"yarn.lock", []template{"app/yarn.lock"},
			times(12, "{word}@^{version}:\n  version \"{version}\"\n  resolved \"https://registry.yarnpkg.com/{word}/-/{word}-{version}.tgz#«git commit|{hex40}»\"\n  integrity «integrity|{integrity}»\n\n")},
		{"pnpm-lock.yaml", []template{"app/pnpm-lock.yaml"}, "lockfileVersion: '9.0'\npackages:\n" + times(10, "  {word}@{version}:\n    resolution: {integrity: «integrity|{integrity}»}\n")},
		{"Cargo.lock", []template{"app/Cargo.lock"}, times(10, "[[package]]\nname = \"{word}\"\nversion = \"{version}\"\nchecksum = \"«sha256 digest|{hex64}»\"\n\n")},
		{"go.sum", []template{"app/go.sum", "go/src/{word}/go.sum"}, times(10, "github.com/{word}/{word} v{version} h1:«go module hash|{wireguard key}»\ngithub.com/{word}/{word} v{version}/go.mod h1:«go module hash|{wireguard key}»\n")},
		{"poetry.lock", []template{"app/poetry.lock"}, times(6, "[[package]]\nname = \"{word}\"\nversion = \"{version}\"\nfiles = [\n    {file = \"{word}-{version}-py3-none-any.whl\", hash = \"sha256:«sha256 digest|{hex64}»\"},\n    {file = \"{word}-{version}.tar.gz\", hash = \"sha256:«sha256 digest|{hex64}»\"},\n]\n\n")},
		{"Pipfile.lock", []template{"app/Pipfile.lock"}, "{\n    \"_meta\": {\"hash\": {\"sha256\": \"«sha256 digest|{hex64}»\"}},\n    \"default\": {\n        \"passlib\": {\n            \"hashes\": [\n" + times(8, "                \"sha256:«sha256 digest|{hex64}»\",\n") + "                \"sha256:«sha256 digest|{hex64}»\"\n            ],\n            \"version\": \"=={version}\"\n        }\n    }\n}\n"},
		{"requirements with hashes", []template{"app/requirements.lock.txt"}, times(6, "{word}=={version} \\\n    --hash=sha256:«sha256 digest|{hex64}»\n")},
		{"composer.lock", []template{"app/composer.lock"}, "{\n    \"content-hash\": \"«md5 digest|{md5 digest}»\",\n    \"packages\": [\n" + times(5, "        {\"name\": \"{word}/{word}\", \"source\": {\"type\": \"git\", \"reference\": \"«git commit|{hex40}»\"}, \"dist\": {\"type\": \"zip\", \"shasum\": \"«git commit|{hex40}»\"}},\n") + "        {\"name\": \"{word}/oauth-token\"}\n    ]\n}\n"},
		{"Gemfile.lock", []template{"app/Gemfile.lock"}, "GIT\n  remote: https://github.com/{word}/{word}.git\n  revision: «git commit|{hex40}»\n\nCHECKSUMS\n" + times(6, "  {word} ({version}) sha256=«sha256 digest|{hex64}»\n")},
		{"checksums", []template{"srv/{word}/SHA256SUMS", "usr/share/{word}/SHA256SUMS"}, times(8, "«sha256 digest|{hex64}»  {word}-{version}.tar.gz\n")},
		{"md5sums", []template{"var/lib/dpkg/info/{word}.md5sums"}, times(8, "«md5 digest|{md5 digest}»  usr/share/{word}/{word}\n")},
		{"packed-refs", []template{"app/.git/packed-refs", "srv/{word}/.git/packed-refs"}, "# pack-refs with: peeled fully-peeled sorted\n" + times(6, "«git commit|{hex40}» refs/heads/{word}-{word}\n")},
		{"terraform lock", []template{"app/.terraform.lock.hcl"}, "provider \"registry.terraform.io/hashicorp/{word}\" {\n  version = \"{version}\"\n  hashes = [\n" + times(4, "    \"h1:«go module hash|{wireguard key}»\",\n    \"zh:«sha256 digest|{hex64}»\",\n") + "  ]\n}\n"},
		{"oci manifest", []template{"srv/{word}/index.json"}, "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"sha256:«sha256 digest|{hex64}»\",\"size\":{nnn}},{\"digest\":\"sha256:«sha256 digest|{hex64}»\",\"size\":{nnn}}]}\n"},
		{"asset manifest", []template{"var/www/html/asset-manifest.json"}, "{\n  \"files\": {\n" + times(5, "    \"static/js/{word}.js\": \"/static/js/«hashed asset|{hashed asset}»\",\n") + "    \"index.html\": \"/index.html\"\n  }\n}\n"},
	}
}

// programs are source that handles secrets and holds none.
func programs() []document {
	return []document{
		{"python", []template{"app/{word}/auth.py", "usr/lib/python3/dist-packages/{word}/auth.py"},
			"import getpass, os, secrets\n\npassword = «function call|getpass.getpass(\"Password: \")»\napi_key = «function call|os.environ.get(\"API_KEY\", \"\")»\ntoken = «function call|secrets.token_urlsafe(32)»\nsecret_key = «attribute|settings.SECRET_KEY»\n\ndef login(username: str, password: «type annotation|Optional[str] = None», token: «type annotation|str») -> bool:\n    password_hash = «function call|bcrypt.hashpw(password.encode(), bcrypt.gensalt())»\n    auth_token = «function call|request.headers.get(\"Authorization\", \"\").removeprefix(\"Bearer \")»\n    if password == «attribute|self.password_confirmation»:\n        raise ValueError(\"«message|Password and confirmation must be the same\")»\n    return check(password=«variable|password», token=«variable|token»)\n"},
		{"javascript", []template{"app/src/{word}Auth.js", "app/node_modules/{word}/auth.js"},
			"const password = «function call|document.getElementById('password').value»;\nconst apiKey = «attribute|process.env.API_KEY»;\nconst secret = «function call|await getSecret('{word}/database')»;\nconst token = «function call|jwt.sign({ id: user.id }, secretOrPrivateKey)»;\nthis.accessToken = «attribute|response.data.access_token»;\nconst { password, passwordConfirm } = «attribute|req.body»;\nconst TOKEN_KEY = '«storage key|auth_token»';\nconst passwordField = '«form field|user[password]»';\nlocalStorage.setItem('«storage key|refreshToken»', token);\nexport const SET_PASSWORD_SUCCESS = '«action name|@auth/SET_PASSWORD_SUCCESS»';\nheaders: { Authorization: `Bearer «template literal|${this.token}»` }\n"},
		{"typescript", []template{"app/src/{word}.types.ts"},
			"export interface Credentials {\n  username: string;\n  password: «type annotation|string»;\n  apiKey?: «type annotation|string | undefined»;\n  accessToken: «type annotation|Promise<string>»;\n  secret: «type annotation|SecretKeySelector»;\n  keyType: '«literal type|publickey' | 'password»';\n}\nenum TokenType { AccessToken = '«choice about secrets|access_token»', RefreshToken = '«choice about secrets|refresh_token»' }\nfunction hash(password: «type annotation|string», salt: «type annotation|Buffer»): void {}\n"},
		{"java", []template{"app/src/main/java/com/{word}/Auth.java"},
			"package com.{word};\n\nclass Auth {\n    private String password = «function call|config.getString(\"db.password\")»;\n    private static final String PASSWORD_KEY = \"«configuration key|spring.datasource.password»\";\n    private static final String TOKEN_HEADER = \"«header about secrets|X-Auth-Token»\";\n    @Value(\"«template reference|${app.secret}»\") private String secret;\n    char[] password() { return «function call|console.readPassword(\"Password: \")»; }\n    String token = «function call|UUID.randomUUID().toString()»;\n    PasswordEncoder passwordEncoder = «function call|new BCryptPasswordEncoder(12)»;\n    SecretKey key = «function call|KeyGenerator.getInstance(\"AES\").generateKey()»;\n}\n"},
		{"go", []template{"app/internal/{word}/auth.go", "go/src/{word}/keys.go"},
			"package {word}\n\nconst (\n\tpemHeader = \"«pem header|{dashes}BEGIN RSA PRIVATE KEY{dashes}»\"\n\tpemFooter = \"«pem header|{dashes}END RSA PRIVATE KEY{dashes}»\"\n\topenSSH   = \"«pem header|{dashes}BEGIN OPENSSH PRIVATE KEY{dashes}»\"\n\ttokenType = \"«choice about secrets|urn:ietf:params:oauth:token-type:access_token»\"\n)\n\nvar password = «function call|os.Getenv(\"DB_PASSWORD\")»\nvar apiKey = «function call|flag.String(\"api-key\", \"\", \"the API key\")»\nvar secretName = \"«name of a secret|{name of a secret}»\"\n\ntype Config struct {\n\tPassword «type annotation|string `json:\"password\" yaml:\"password\"`»\n\tAPIKey   «type annotation|string `env:\"API_KEY,required\"`»\n}\n\nfunc (c *Config) token() string { return «attribute|c.tokens[len(c.tokens)-1]» }\n"},
		{"php", []template{"var/www/html/{word}/login.php"},
			"<?php\n$password = «attribute|$_POST['password']»;\n$token = «function call|bin2hex(random_bytes(32))»;\n$secret = «function call|getenv('APP_SECRET') ?: ''»;\n$apiKey = «attribute|$this->config->get('api_key')»;\n$hash = password_hash($password, «constant|PASSWORD_BCRYPT»);\n'password' => «function call|env('DB_PASSWORD', '')»,\n'password' => '«validation rule|required|min:8|confirmed»',\n"},
		{"ruby", []template{"app/app/models/{word}.rb"},
			"class User < ApplicationRecord\n  has_secure_password\n  validates :password, «validation rule|length: { minimum: 12 }»\n  attr_accessor :«attribute|reset_token, :remember_token»\n  def secret = «attribute|Rails.application.credentials.secret_key_base»\n  def token = «function call|SecureRandom.urlsafe_base64(24)»\n  config.filter_parameters += [«attribute|:passw, :secret, :token, :_key, :crypt, :salt»]\nend\n"},
		{"shell script", []template{"usr/local/bin/{word}-entrypoint.sh", "docker-entrypoint.d/{word}-env.sh"},
			"#!/bin/bash\nread -rsp \"Password: \" password\nPASSWORD=«command substitution|$(cat /run/secrets/db_password)»\nTOKEN=«command substitution|\"$(vault kv get -field=token secret/{word})\"»\nexport API_KEY=«environment reference|\"${API_KEY:?API_KEY is not set}\"»\nSECRET=«command substitution|$(openssl rand -hex 32)»\nPASSWORD_FILE=«path about secrets|/run/secrets/password»\nmysql -p\"«environment reference|$MYSQL_ROOT_PASSWORD»\" -e 'select 1'\ncurl -H \"Authorization: Bearer «command substitution|$(gcloud auth print-access-token)»\" https://{host}\nusage() { echo \"usage: $0 --password «placeholder in brackets|<password>» --token «placeholder word|TOKEN»\"; }\n"},
		{"html form", []template{"var/www/html/{word}.html"},
			"<form method=\"post\">\n  <input type=\"password\" name=\"«form field|new_password»\" placeholder=\"«placeholder text|Enter your password»\" autocomplete=\"«form field|current-password»\">\n  <input type=\"hidden\" name=\"csrf_token\" value=\"«template reference|{{ csrf_token }}»\">\n  <label for=\"password\">«label|Password (at least 12 characters)»</label>\n  <script src=\"/{word}.js\" integrity=\"«integrity|{integrity}»\" crossorigin=\"anonymous\"></script>\n  <link rel=\"stylesheet\" href=\"/«hashed asset|{hashed asset}»\">\n</form>\n"},
		{"minified javascript", []template{"var/www/html/static/{word}.min.js", "app/node_modules/{word}/dist/{word}.min.js"},
			"!function(e){var t={};function n(r){if(t[r])return t[r].exports}n.m=e;var password=«function call|e.target.value»,token=«attribute|t.token||null»,secret=«constant|void 0»;a.tokenType=«expression|\"Bearer\"===r?1:2»;case\"password\":return\"«label|Passwort»\";default:return{key:«expression|r+\"_\"+n»,apiKey:«attribute|o.apiKey»,keyCode:«constant|13»,password:«expression|!0»,secretKey:«attribute|i.default.secretKey»}}([function(e,t){e.exports=\"«random text|abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/=»\"}]);\n"},
		{"source map", []template{"var/www/html/static/{word}.js.map"},
			"{\"version\":3,\"sources\":[\"webpack:///./src/{word}.js\"],\"names\":[\"password\",\"token\"],\"mappings\":\"«source mapping|{mapping}»\",\"file\":\"{word}.js\"}\n"},
		{"sql schema", []template{"app/db/schema.sql", "srv/{word}/migrations/001_{word}.sql"},
			"CREATE TABLE users (\n  id uuid PRIMARY KEY DEFAULT «function call|gen_random_uuid()»,\n  password «column definition|varchar(255) NOT NULL»,\n  api_key «column definition|char(64) UNIQUE»,\n  reset_token «column definition|text DEFAULT NULL»\n);\nCREATE UNIQUE INDEX index_users_on_token ON users («column about secrets|reset_password_token»);\nALTER TABLE users ADD COLUMN «column about secrets|encrypted_otp_secret» text;\nCREATE USER {word} IDENTIFIED BY '«template reference|{{ db_password }}»';\n"},
		{"css", []template{"var/www/html/static/{word}.css"},
			".«class name|password-strength-meter__indicator--weak» { color: «colour|{colour}»; background: «colour|{colour}»; }\n.«class name|token-list-item» { border-color: «colour|{colour}»; }\n.icon-key { background: url(«base64 image|{base64 image}»); }\n@font-face { src: url(data:font/woff2;base64,«base64 font|d09GMgABAAAAA{base64 hex64}») }\n"},
		{"terraform", []template{"app/terraform/main.tf", "srv/{word}/variables.tf"},
			"variable \"db_password\" {\n  type      = «type annotation|string»\n  sensitive = true\n}\nresource \"aws_db_instance\" \"{word}\" {\n  password = «terraform expression|var.db_password»\n  username = \"{word}\"\n  kms_key_id = «terraform expression|aws_kms_key.{word}.arn»\n}\nresource \"random_password\" \"{word}\" {\n  length = 32\n}\ndata \"aws_secretsmanager_secret\" \"{word}\" { name = \"«name of a secret|prod/{word}/database»\" }\noutput \"secret\" { value = «terraform expression|random_password.{word}.result» }\n"},
		{"helm template", []template{"app/chart/templates/deployment.yaml"},
			"env:\n  - name: DB_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: «name of a secret|{name of a secret}»\n        key: «name of a secret|postgres-password»\n  - name: API_KEY\n    value: «template reference|{{ .Values.apiKey | quote }}»\n  - name: TOKEN\n    value: «template reference|{{ include \"{word}.token\" . }}»\nimagePullSecrets:\n  - name: «name of a secret|{name of a secret}»\nserviceAccountToken: «path about secrets|/var/run/secrets/kubernetes.io/serviceaccount/token»\n"},
		{"github workflow", []template{"app/.github/workflows/release.yml"},
			"jobs:\n  release:\n    steps:\n      - uses: actions/checkout@«git commit|{hex40}»\n        with:\n          token: «template reference|${{ secrets.GITHUB_TOKEN }}»\n      - run: npm publish\n        env:\n          NODE_AUTH_TOKEN: «template reference|${{ secrets.NPM_TOKEN }}»\n          AWS_SECRET_ACCESS_KEY: «template reference|${{ secrets.AWS_SECRET_ACCESS_KEY }}»\n    permissions:\n      id-token: «choice about secrets|write»\n"},
	}
}

// publicFiles are text for people, and public parts of keys.
func publicFiles() []document {
	return []document{
		{"locale", []template{"app/locales/de.json", "var/www/html/i18n/{word}.json"},
			"{\n  \"password\": \"«translation|Passwort»\",\n  \"newPassword\": \"«translation|Neues Passwort eingeben»\",\n  \"api_key\": \"«translation|API-Schlüssel»\",\n  \"token\": \"«translation|Zugriffstoken»\",\n  \"secret\": \"«translation|Geheimnis»\",\n  \"forgot_password\": \"«translation|Passwort vergessen?»\",\n  \"password_reset_token_invalid\": \"«translation|Der Link zum Zurücksetzen ist ungültig»\",\n  \"two_factor_secret\": \"«translation|Zwei-Faktor-Schlüssel»\"\n}\n"},
		{"locale", []template{"app/config/locales/fr.yml"},
			"fr:\n  devise:\n    password: \"«translation|Mot de passe»\"\n    passwords:\n      no_token: \"«translation|Vous ne pouvez accéder à cette page sans passer par un courriel\"»\n    access_token: «translation|Jeton d'accès»\n    secret_key: «translation|Clé secrète»\n    api_key_copied: «translation|Clé API copiée dans le presse-papiers»\n"},
		{"gettext", []template{"usr/share/locale/es/{word}.po"},
			"msgid \"Password\"\nmsgstr \"«translation|Contraseña»\"\n\nmsgid \"Password: \"\nmsgstr \"«translation|Contraseña: »\"\n\nmsgid \"Invalid token: %s\"\nmsgstr \"«translation|Testigo no válido: %s»\"\n\nmsgid \"secret=%s\"\nmsgstr \"«translation|secreto=%s»\"\n"},
		{"certificate", []template{"etc/ssl/certs/{word}.pem", "usr/local/share/ca-certificates/{word}.crt"}, "«certificate|{certificate}»\n«certificate|{certificate}»\n"},
		{"public key", []template{"app/keys/{word}.pub.pem", "etc/{word}/jwt-public.pem"}, "«public key|{public key}»\n«public key|{rsa public key}»\n"},
		{"authorized_keys", []template{"root/.ssh/authorized_keys", "home/{word}/.ssh/id_ed25519.pub"}, times(3, "«ssh public key|{ed25519 public}»\n")},
		{"known_hosts", []template{"root/.ssh/known_hosts", "etc/ssh/ssh_known_hosts"}, times(3, "|1|{known host}|{known host} «ssh public key|{ed25519 public}»\n")},
		{"env template", []template{"app/.env.example", "srv/{word}/.env.sample", "app/.env.dist"},
			"# copy to .env and fill in\nDB_PASSWORD=«placeholder word|{placeholder word}»\nAPI_KEY=«placeholder in brackets|{placeholder in brackets}»\nSTRIPE_SECRET_KEY=«token made of filler|{token made of filler}»\nJWT_SECRET=«placeholder word|{placeholder word}»\nAWS_ACCESS_KEY_ID=«deliberate documentation key|{deliberate documentation key}»\nSENTRY_DSN=\nGITHUB_TOKEN=\nMAIL_PASSWORD=«placeholder word|null»\n"},
		{"documentation", []template{"usr/share/doc/{word}/README.md", "app/docs/{word}.md", "app/node_modules/{word}/README.md"},
			"# {Word}\n\nSet your token:\n\n    export {Word}_TOKEN=«placeholder in brackets|<your-token>»\n\nor in `config.yml`:\n\n```yaml\npassword: «placeholder word|your-password»\napi_key: \"«placeholder word|{placeholder word}»\"\naws_access_key_id: «deliberate documentation key|{deliberate documentation key}»\n```\n\n```js\nconst client = new {Word}({ apiKey: '«placeholder word|YOUR_API_KEY»', secret: «attribute|process.env.SECRET» });\n```\n\n    curl -u «placeholder in url|user:password» https://api.{word}.com\n    psql postgres://«placeholder in url|user:password»@localhost/{word}\n    git clone https://«placeholder in url|<token>»@github.com/{word}/{word}.git\n\nThe `password_hash` is «prose|computed with bcrypt»; a token is «prose|a JSON web token».\n"},
		{"test vectors", []template{"usr/share/doc/{word}/vectors.txt", "app/vendor/{word}/testdata/aes.txt"},
			"# Test vectors for AES-256-GCM\n" + times(3, "COUNT = {n}\nKEY = «test vector|{hex64}»\nIV = «test vector|{span id}»\nPT = «test vector|{md5 digest}»\nCT = «test vector|{md5 digest}»\nTAG = «test vector|{md5 digest}»\n\n")},
		{"openapi", []template{"app/openapi.yaml", "srv/{word}/swagger.yml"},
			"components:\n  securitySchemes:\n    ApiKeyAuth:\n      type: «choice about secrets|apiKey»\n      in: header\n      name: «header about secrets|{header about secrets}»\n  schemas:\n    Login:\n      properties:\n        password:\n          type: string\n          format: «choice about secrets|password»\n          example: «placeholder word|********»\n        token:\n          type: «type annotation|string»\n          description: «sentence about secrets|The token that you were sent by mail»\n        id:\n          example: «uuid|{uuid}»\n"},
		{"json data", []template{"srv/{word}/events.json", "var/lib/{word}/events.ndjson"},
			times(5, "{\"id\":\"«uuid|{uuid}»\",\"trace_id\":\"«trace id|{trace id}»\",\"span_id\":\"«span id|{span id}»\",\"etag\":\"«md5 digest|{md5 digest}»\",\"type\":\"token_refreshed\",\"key\":\"{word}/{word}\"}\n")},
		{"csv", []template{"srv/{word}/users.csv", "app/data/molecules.csv"}, "id,uuid,commit,compound,color\n" + times(6, "{n},«uuid|{uuid}»,«git commit|{hex40}»,«chemical|{chemical}»,«colour|{colour}»\n")},
		{"log", []template{"var/log/{word}/access.log", "var/log/{word}.log.1"},
			times(4, "{date} 10:00:00 INFO [«trace id|{trace id}»,«span id|{span id}»] user authenticated with token_type=«choice about secrets|Bearer» key_id=«certificate serial|{certificate serial}» password=«placeholder word|[FILTERED]»\n")},
		{"nginx", []template{"etc/nginx/conf.d/{word}.conf"},
			"server {\n  ssl_certificate     «path about secrets|/etc/ssl/certs/{word}.pem»;\n  ssl_certificate_key «path about secrets|/etc/ssl/private/{word}.key»;\n  ssl_password_file   «path about secrets|/etc/nginx/{word}.pass»;\n  auth_basic_user_file «path about secrets|/etc/nginx/.htpasswd»;\n  proxy_set_header Authorization «variable|$http_authorization»;\n  secure_link_md5 \"«variable|$secure_link_expires$uri $arg_token»\";\n}\n"},
		{"pam and sudo", []template{"etc/pam.d/{word}", "etc/login.defs"},
			"password required pam_unix.so «choice about secrets|sha512 shadow nullok try_first_pass»\npassword [success=1 default=ignore] «choice about secrets|pam_unix.so obscure yescrypt»\nPASS_MAX_DAYS «number about secrets|99999»\nENCRYPT_METHOD «choice about secrets|YESCRYPT»\nLOGIN_RETRIES 5\n"},
		{"firebase web", []template{"var/www/html/{word}/firebase-config.js"},
			"const firebaseConfig = {\n  apiKey: \"‽browser key of a map|{google api key}‽\",\n  authDomain: \"{word}.firebaseapp.com\",\n  messagingSenderId: \"«firebase sender|{nnn}{nnn}{nnn}{nnn}»\",\n  appId: \"«firebase app id|{firebase app id}»\",\n  measurementId: \"«analytics id|{analytics id}»\"\n};\nSentry.init({ dsn: \"«sentry public dsn|{sentry public dsn}»\" });\nconst stripe = Stripe(\"«publishable key|{publishable key}»\");\n"},
		{"encrypted secrets", []template{"app/secrets.enc.yaml", "srv/{word}/vault.yml"},
			"db:\n  password: «encrypted value|ENC[AES256_GCM,data:{wireguard key},iv:{wireguard key},tag:{wireguard key},type:str]»\n  token: «encrypted value|ENC[AES256_GCM,data:{wireguard key},iv:{wireguard key},tag:{wireguard key},type:str]»\nsops:\n  lastmodified: \"{date}T10:00:00Z\"\n  mac: «encrypted value|ENC[AES256_GCM,data:{wireguard key},iv:{wireguard key},tag:{wireguard key},type:str]»\n"},
		{"sealed secret", []template{"app/deploy/sealed-{word}.yaml"}, "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nspec:\n  encryptedData:\n    password: «encrypted value|AgB{base64 certificate}»\n    token: «encrypted value|AgA{base64 certificate}»\n"},
		{"ansible vault", []template{"etc/ansible/group_vars/all/vault.yml"}, "«encrypted value|$ANSIBLE_VAULT;1.1;AES256\n" + times(6, "{hex64}\n") + "{hex40}»\n"},
		{"pgp public", []template{"usr/share/keyrings/{word}.asc", "etc/apt/trusted.gpg.d/{word}.asc"}, "«pgp public key|{pgp public key}»\n"},
		{"os package data", []template{"var/lib/{word}/status", "usr/share/{word}/package.ini"},
			"Package: libsecret-1-0\nDescription: «prose|library for storing passwords and other secrets»\nSHA256: «sha256 digest|{hex64}»\nMD5sum: «md5 digest|{md5 digest}»\nKey-Id: «fingerprint|{fingerprint}»\nTag: security::authentication, «prose|works-with::password-store»\n"},
	}
}

// mapping is the start of what source maps hold.
func mapping(s *source) string {
	var m string
	for range 40 {
		m += "AA" + s.of(upper, 1) + s.of("ACDEGIK", 1) + pick(s, []string{",", ";", ",S", ",IAAI,"})
	}
	return m
}

// pgpPublic looks as a public key in armour does; it need not be one.
func pgpPublic(s *source) string {
	text := "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
	for range 8 {
		text += base64.StdEncoding.EncodeToString(s.bytes(48)) + "\n"
	}
	return text + "=" + s.of(base64Set, 4) + "\n-----END PGP PUBLIC KEY BLOCK-----"
}
