package corpus

// deployFiles say how programs are built and run.
func deployFiles() []document {
	return []document{
		{"stack file", []template{"app/docker-stack.yml", "srv/{word}/docker-compose.override.yml"}, `x-env: &env
  POSTGRES_PASSWORD: &dbpw ‹password with an anchor|{human password}›
  DATABASE_URL: postgres://{word}:‹password in url|{human password in url}›@db/{word}
services:
  db:
    image: postgres:{n}@sha256:«image digest|{hex64}»
    environment:
      <<: *env
      PGPASSWORD: «yaml alias|*dbpw»
      POSTGRES_PASSWORD_FILE: «path about secrets|/run/secrets/db_password»
    command: ["--requirepass", "‹redis password|{pronounceable password}›"]
    secrets: [«name of a secret|db_password»]
  web:
    command: gunicorn --env API_TOKEN=‹token in a command|{random api key}› {word}:app
    labels:
      - "traefik.http.middlewares.auth.basicauth.users={word}:‽password hash|{doubled apr1 hash}‽"
      - «label about secrets|traefik.http.routers.{word}.tls.certresolver=le»
    healthcheck:
      test: ["CMD", "redis-cli", "-a", "‹redis-cli -a|{human password}›", "ping"]
secrets:
  db_password:
    external: «switch about secrets|true»
    name: «name of a secret|{word}_db_password_v{n}»
`},
		{"helm release values", []template{"app/deploy/values-prod.yaml", "srv/{word}/helm/{word}-values.yml"}, `global:
  imagePullSecrets: [«name of a secret|{word}-pull»]
postgresql:
  auth:
    postgresPassword: ‹helm value|{human password}›
    secretKeys: {adminPasswordKey: «name of a secret|postgres-password»}
redis: {auth: {enabled: true, password: "‹helm value|{pronounceable password}›"}}
ingress:
  tls: [{secretName: «name of a secret|{word}-tls»}]
  annotations:
    cert-manager.io/private-key-algorithm: «choice about secrets|ECDSA»
    nginx.ingress.kubernetes.io/auth-secret: «name of a secret|{word}-basic-auth»
env:
  - name: JWT_SECRET
    value: ‹value after a name|{random key in hex}›
  - name: DB_PASSWORD
    valueFrom: {secretKeyRef: {name: «name of a secret|{word}», key: «name of a secret|password»}}
extraEnvVars: [{name: API_KEY, value: "‹value after a name|{random api key}›"}]
serviceAccount: {automountServiceAccountToken: «switch about secrets|false»}
config: |
  [auth]
  admin_password = ‹password in a block|{human password}›
  token_duration = «duration about secrets|15m»
`},
		{"config map", []template{"app/k8s/configmap.yaml", "srv/{word}/manifests/{word}-cm.yaml"}, `apiVersion: v1
kind: ConfigMap
metadata:
  name: {word}
  uid: «uuid|{uuid}»
data:
  application.properties: |
    spring.datasource.password=‹password in a block|{human password}›
    spring.datasource.hikari.connection-init-sql=«sql about secrets|SELECT 1 -- token»
  settings.json: '{"smtp": {"pass": "‹password in inline json|{pronounceable password}›", "secure": true}}'
  SESSION_TOKEN_TTL: "«number about secrets|3600»"
  nginx.conf: |
    ssl_certificate_key «path about secrets|/etc/tls/tls.key»;
  ca.crt: |
    «certificate|{certificate}»
`},
		{"secret of kubectl", []template{"srv/{word}/{word}-secret.json", "root/backup/{word}-secrets.yaml"}, `{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "{word}", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}},
 "type": "kubernetes.io/dockerconfigjson",
 "data": {".dockerconfigjson": "‹docker config in base64|{base64 docker config}›",
  "DB_PASS": "‹base64 password|{base64 human password}›",
  "redis-url": "‹url in base64|{base64 redis url}›",
  "ca.crt": "«certificate in base64|{base64 certificate}»",
  "LOG_LEVEL": "«base64 of text|aW5mbw==»",
  "namespace": "«base64 of text|{base64 long identifier}»"}}
`},
		{"external secret", []template{"app/k8s/externalsecret.yaml", "app/k8s/secretproviderclass.yaml"} /* gitleaks:allow */, `apiVersion: external-secrets.io/v1beta1
kind: ExternalSecret
metadata: {name: {word}-db}
spec:
  refreshInterval: «duration about secrets|1h»
  secretStoreRef: {name: «name of a secret|vault-{word}», kind: ClusterSecretStore}
  target: {name: «name of a secret|{word}-credentials», creationPolicy: Owner}
  data:
    - secretKey: «name of a secret|password»
      remoteRef: {key: «secret store reference|prod/{word}/db», property: «column about secrets|password»}
---
kind: SecretProviderClass
spec:
  parameters:
    keyvaultName: «name of a secret|kv-{word}-prod»
    tenantId: «uuid|{uuid}»
    objects: |
      array:
        - |
          objectName: «name of a secret|{word}-api-key»
          objectType: secret
          objectVersion: «identifier|{trace id}»
`},
		{"terraform variables", []template{"app/terraform/prod.auto.tfvars", "srv/{word}/infra/variables.tf"}, `db_master_password = "‹terraform variable|{human password}›"
datadog = { api_key = "‹datadog api key|{datadog api key}›", app_key = "‹datadog app key|{datadog app key}›", site = "datadoghq.eu" }
users = [
  { name = "{word}", password = "‹terraform variable|{pronounceable password}›" },
]
variable "slack_token" {
  default = "‹terraform default|{random api key}›"
}
variable "db_password" {
  description = "«sentence about secrets|Password of the master user»"
  sensitive   = «switch about secrets|true»
  default     = «sql null|null»
}
resource "aws_db_instance" "{word}" {
  password                = «expression|random_password.{word}.result»
  kms_key_id              = "«aws arn|{aws arn}»"
  manage_master_user_password = «switch about secrets|true»
}
resource "aws_key_pair" "{word}" { public_key = "«ssh public key|{ed25519 public}»" }
data "aws_secretsmanager_secret_version" "{word}" { secret_id = "«secret store reference|{word}/prod»" }
provider "aws" {
  access_key = "‹aws access key id|{aws access key id}›"
  secret_key = "‹aws secret key|{aws secret key}›"
}
`},
		{"cloudformation", []template{"app/cfn/template.yaml", "srv/{word}/stack.yml"}, `Parameters:
  DBPassword: {Type: String, NoEcho: «switch about secrets|true», MinLength: «number about secrets|12», AllowedPattern: "«pattern of secrets|[a-zA-Z0-9]*»"}
  ApiToken: {Type: String, Default: "‹cloudformation default|{random api key}›"}
  KeyName: {Type: «type annotation|AWS::EC2::KeyPair::KeyName», Default: «name of a secret|{word}-key»}
Resources:
  Db:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: «template reference|!Ref DBPassword»
      MasterUsername: {word}
  Db2:
    Type: AWS::RDS::DBInstance
    Properties:
      MasterUserPassword: ‹cloudformation password|{human password}›
      KmsKeyId: «template reference|!GetAtt Key.Arn»
  Fn:
    Properties:
      Environment: {Variables: {SIGNING_SECRET: ‹variable of a function|{random key in hex}›, TOKEN_TABLE: «column about secrets|{word}-tokens»}}
      Password: '«secret store reference|{{resolve:secretsmanager:{word}:SecretString:password}}»'
  Launch: {UserData: {Fn::Base64: "#!/bin/sh\necho '{word}:‹chpasswd password|{human password}›' | chpasswd"}}
`},
		{"serverless", []template{"app/serverless.yml", "app/template.yaml"}, `service: {word}
provider:
  name: aws
  apiKeys: [{name: {word}, value: ‹api key of serverless|{random api key}›}]
  environment:
    MAIL_PASSWORD: ‹variable of a function|{human password}›
    STRIPE_KEY: «template reference|${ssm:/prod/stripe/key}»
    DB_PASS: «environment reference|${env:DB_PASS, 'none'}»
    TOKEN_QUEUE: «aws arn|{aws arn}»
custom:
  authorizer: {type: «choice about secrets|TOKEN», identitySource: «header about secrets|method.request.header.Authorization»}
  prune: {automatic: «switch about secrets|true»}
`},
		{"systemd drop-in", []template{"etc/systemd/system/{word}.service.d/override.conf", "etc/systemd/system/{word}@.service"}, `[Service]
Environment="DB_USER={word}" "DB_PASS=‹password in a drop-in|{human password}›"
Environment=API_KEY=‹api key in a drop-in|{random api key}› TOKEN_TTL=«number about secrets|300»
EnvironmentFile=-«path about secrets|/etc/{word}/secrets.env»
LoadCredential=«path about secrets|db:/etc/{word}/db.cred»
SetCredential=token:‹systemd credential|{long alphanumeric password}›
SetCredentialEncrypted=cert: \
        «encrypted value|k6iUCUh0RJCQyvL8k8q1UyAAAAABAAAADAAAABAAAAC1lFmb{influx token}»
KeyringMode=«choice about secrets|private»
ExecStart=/usr/bin/{word} --password ‹token in a command|{pronounceable password}› --keyfile «path about secrets|%d/db»
PassEnvironment=«name of a variable|{WORD}_TOKEN»
`},
		{"github actions env", []template{"app/.github/workflows/{word}-deploy.yaml", "app/.gitea/workflows/{word}.yml"}, `jobs:
  test:
    services:
      postgres:
        env:
          POSTGRES_PASSWORD: ‹password of a service|{human password}›
    steps:
      - uses: actions/checkout@«git commit|{hex40}» # v4
        with: {token: "«template reference|${{ secrets.GITHUB_TOKEN }}»", persist-credentials: «switch about secrets|false»}
      - run: |
          export VAULT_TOKEN=‹vault service token|{vault service token}›
          curl ` + `-u "{word}:‹curl -u|{human password}›" https://{host}
          echo "::add-mask::«environment reference|$TOKEN»"
      - uses: docker/login-action@v3
        with:
          username: {word}
          password: ‹docker hub token|{docker hub token}›
          registry: «environment reference|${{ env.REGISTRY }}»
    permissions: {id-token: «choice about secrets|write», contents: read}
    outputs: {cache-key: "«expression|${{ hashFiles('**/go.sum') }}»"}
`},
		{"circleci", []template{"app/.circleci/config.yml"}, `version: 2.1
jobs:
  build:
    docker:
      - image: cimg/node:{version}
        auth: {username: {word}, password: «environment reference|$DOCKERHUB_PASSWORD»}
        environment:
          CC_TEST_REPORTER_ID: ‹code climate reporter id|{hex64}›
          SECRET_KEY_BASE: ‹rails secret key base|{sha512 digest}›
    steps:
      - add_ssh_keys: {fingerprints: ["«fingerprint|{colon fingerprint}»"]}
      - restore_cache: {keys: ["«cache key|v1-deps-{{ checksum \"package-lock.json\" }}»"]}
      - run: echo "//registry.npm.example/:_authToken=‹npm token|{npm token}›" > ~/.npmrc
      - run: {command: ./deploy --token=‹token in a command|{random api key}› --key-id=«identifier|{span id}», no_output_timeout: 10m}
`},
		{"travis", []template{"app/.travis.yml"}, `language: ruby
env:
  global:
    - secure: "«encrypted value|{rsa encrypted}»"
    - DEPLOY_PASSWORD=‹variable of travis|{human password}› RAILS_ENV=test
deploy:
  provider: npm
  api_key:
    secure: «encrypted value|{rsa encrypted}»
  email: {word}@{word}.com
notifications:
  slack: {word}:‹slack token of travis|{twenty four}›
before_install:
  - openssl aes-256-cbc -K «environment reference|$encrypted_{hex8}_key» -iv «environment reference|$encrypted_{hex8}_iv» -in key.enc -out key -d
`},
		{"jenkins pipeline steps", []template{"app/ci/Jenkinsfile", "var/jenkins_home/workspace/{word}/Jenkinsfile"}, `node('linux') {
  withCredentials([usernamePassword(credentialsId: '«name of a secret|{word}-nexus»', usernameVariable: 'U', passwordVariable: '«name of a variable|NEXUS_PASSWORD»')]) {
    sh "mvn deploy -Dpassword=«environment reference|${NEXUS_PASSWORD}»"
  }
  sh 'docker login -u {word} -p ‹docker login -p|{human password}› {host}'
  withEnv(['SONAR_TOKEN=‹sonarqube project token|{sonarqube project token}›', "PATH+X=/opt"]) { sh 'make' }
  def token = '‹token in groovy|{random api key}›'
  git url: 'https://{word}:‹gitlab personal token|{gitlab personal token}›@gitlab.com/{word}.git', credentialsId: '«uuid|{uuid}»'
  sshagent(['«name of a secret|{word}-deploy-key»']) { sh 'ssh {host}' }
}
`},
		{"gitlab runner", []template{"etc/gitlab-runner/config.toml"}, `concurrent = {n}
[[runners]]
  name = "{word}"
  url = "https://gitlab.com/"
  id = {nnn}
  token = "‹gitlab runner token|{gitlab runner token}›"
  token_obtained_at = «time|{date}T00:00:00Z»
  token_expires_at = «time|0001-01-01T00:00:00Z»
  environment = ["DOCKER_AUTH_CONFIG={\"auths\":{\"{host}\":{\"auth\":\"‹docker config auth|{basic}›\"}}}"]
  [runners.cache.s3]
    AccessKey = "‹aws access key id|{aws access key id}›"
    SecretKey = "‹aws secret key|{aws secret key}›"
    BucketName = "{word}"
`},
		{"keystore properties", []template{"app/android/key.properties", "app/local.properties", "root/.gradle/gradle.properties"}, `storePassword=‹signing password|{human password}›
keyPassword=‹signing password|{pronounceable password}›
keyAlias=«name of a secret|upload»
storeFile=«path about secrets|../{word}.jks»
signing.keyId=«fingerprint|{hex8}»
signing.password=‹signing password|{random api key}›
gpr.user={word}
gpr.key=‹github personal token|{github personal token}›
MAPBOX_DOWNLOADS_TOKEN=‹mapbox secret token|{mapbox secret token}›
android.enableR8.fullMode=«switch about secrets|true»
systemProp.https.proxyPassword=‹proxy password|{human password}›
`},
		{"mobile services", []template{"app/google-services.json", "app/android/google-services.json"}, `{
  "project_info": {"project_number": "«number about secrets|{nnn}{nnn}{nnn}{nnn}»", "project_id": "{word}-{hex8}"},
  "client": [{
    "client_info": {"mobilesdk_app_id": "«firebase app id|{firebase app id}»"},
    "oauth_client": [{"client_id": "«oauth client id|{oauth client id}»", "client_type": 3, "android_info": {"certificate_hash": "«sha1 digest|{hex40}»"}}],
    "api_key": [{"current_key": "‽browser key|{browser key of a map}‽"}],
    "services": {"appinvite_service": {}}
  }]
}
`},
		{"proxy settings", []template{"etc/apt/apt.conf.d/95{word}"}, `Acquire::http::Proxy "http://{word}:‹password in url|{human password in url}›@{host}:3128/";
Acquire::https::{host}::SslKey "«path about secrets|/etc/apt/{word}.key»";
`},
		{"package manager login", []template{"etc/apt/auth.conf.d/{word}.conf"}, `machine {host}/debian login {word} password ‹apt password|{human password}›
`},
		{"package manager login", []template{"etc/yum.repos.d/{word}.repo"}, `[{word}]
name={Word}
baseurl=https://{word}:‹password in url|{human password in url}›@{host}/rpm
username={word}
password=‹yum password|{pronounceable password}›
gpgkey=«path about secrets|file:///etc/pki/rpm-gpg/RPM-GPG-KEY-{word}»
gpgcheck=«number about secrets|1»
sslclientkey=«path about secrets|/etc/pki/entitlement/{nnn}-key.pem»
proxy_password=‹proxy password|{random api key}›
`},
	}
}
