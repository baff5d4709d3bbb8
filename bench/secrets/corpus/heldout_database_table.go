package corpus

// databaseFiles are the configuration of databases, queues and what computes on
// them, and the scripts that fill them.
func databaseFiles() []document {
	return []document{
		{"mongo script", []template{"docker-entrypoint-initdb.d/{word}.js", "srv/{word}/init-mongo.js"}, `db = db.getSiblingDB('{word}');
db.createUser({
  user: '{word}',
  pwd: '‹mongo user password|{human password}›',
  roles: [{ role: 'readWrite', db: '{word}' }],
});
db.auth('admin', '‹mongo auth argument|{long alphanumeric password}›');
db.users.createIndex({ «column about secrets|resetToken»: 1 }, { expireAfterSeconds: «number about secrets|900» });
db.users.insertOne({ name: '{word}', passwordHash: '‽password hash|{password hash}‽' });
`},
		{"mongo shared key", []template{"etc/mongo/keyfile", "data/{word}/mongo-keyfile"}, "‹mongo key file|{mongo key}›\n"},
		{"erlang cookie", []template{"var/lib/rabbitmq/.erlang.cookie", "root/.erlang.cookie"}, "‹erlang cookie|{erlang cookie}›"},
		{"rabbitmq", []template{"etc/rabbitmq/rabbitmq.conf", "etc/rabbitmq/conf.d/{word}.conf"}, `default_user = {word}
default_pass = ‹rabbitmq password|{human password}›
management.load_definitions = «path about secrets|/etc/rabbitmq/definitions.json»
ssl_options.keyfile = «path about secrets|/etc/rabbitmq/{word}.key»
ssl_options.password = ‹key password|{random api key}›
auth_ldap.dn_lookup_bind.password = ‹ldap bind password|{pronounceable password}›
password_hashing_module = «choice about secrets|rabbit_password_hashing_sha256»
`},
		{"elasticsearch", []template{"usr/share/elasticsearch/config/elasticsearch.yml", "usr/share/kibana/config/kibana.yml"}, `cluster.name: {word}
xpack.security.http.ssl.keystore.path: «path about secrets|certs/http.p12»
xpack.security.http.ssl.keystore.password: ‹keystore password|{human password}›
elasticsearch.serviceAccountToken: "‹elastic service token|AAEAAWVsYXN0aWMva2liYW5h{url key}›"
elasticsearch.password: "‹elastic password|{long alphanumeric password}›"
xpack.encryptedSavedObjects.encryptionKey: ‹kibana encryption key|{random key in hex}›
xpack.reporting.encryptionKey: «environment reference|${REPORTING_KEY}»
xpack.security.authc.token.timeout: «duration about secrets|20m»
xpack.security.authc.password_hashing.algorithm: «choice about secrets|pbkdf2_stretch»
`},
		{"airflow", []template{"opt/airflow/airflow.cfg"}, `[core]
fernet_key = ‹fernet key|{fernet key}›
[database]
sql_alchemy_conn = postgresql+psycopg2://{word}:‹password in url|{human password in url}›@{host}/{word}
[webserver]
secret_key = ‹airflow secret key|{random key in hex}›
cookie_samesite = «choice about secrets|Lax»
session_lifetime_minutes = «number about secrets|43200»
[smtp]
smtp_password = ‹smtp password|{human password}›
[secrets]
backend = «class name|airflow.providers.hashicorp.secrets.vault.VaultBackend»
backend_kwargs = {«expression|"connections_path": "connections", "mount_point": "airflow"»}
[kubernetes]
git_sync_credentials_secret = «name of a secret|{word}-git-sync»
[celery]
broker_url = redis://:‹redis password|{random api key}›@{host}:6379/0
`},
		{"dbt profiles", []template{"root/.dbt/profiles.yml", "app/dbt/profiles.yml"}, `{word}:
  target: prod
  outputs:
    prod:
      type: snowflake
      account: {word}
      user: {word}
      password: ‹dbt password|{human password}›
      private_key_passphrase: ‹key passphrase|{random api key}›
      authenticator: «choice about secrets|username_password_mfa»
    dev:
      type: postgres
      pass: ‹dbt pass|{pronounceable password}›
      password: "«template reference|{{ env_var('DBT_PASSWORD') }}»"
      keyfile: «path about secrets|/secrets/{word}.json»
`},
		{"hadoop site", []template{"etc/hadoop/core-site.xml", "opt/hive/conf/hive-site.xml"}, `<configuration>
  <property>
    <name>fs.s3a.access.key</name>
    <value>‹aws access key id|{aws access key id}›</value>
  </property>
  <property>
    <name>fs.s3a.secret.key</name>
    <value>‹aws secret key|{aws secret key}›</value>
  </property>
  <property>
    <name>javax.jdo.option.ConnectionPassword</name>
    <value>‹hive metastore password|{human password}›</value>
    <description>«sentence about secrets|password to use against metastore database»</description>
  </property>
  <property><name>hadoop.security.credential.provider.path</name><value>«path about secrets|jceks://hdfs/{word}/{word}.jceks»</value></property>
  <property><name>hadoop.security.authentication</name><value>«choice about secrets|kerberos»</value></property>
  <property><name>yarn.nodemanager.container-tokens.max-age</name><value>«number about secrets|600000»</value></property>
</configuration>
`},
		{"spark defaults", []template{"opt/spark/conf/spark-defaults.conf"}, `spark.master                     k8s://https://{host}:6443
spark.authenticate               «switch about secrets|true»
spark.authenticate.secret        ‹spark secret|{long alphanumeric password}›
spark.hadoop.fs.s3a.access.key   ‹aws access key id|{aws access key id}›
spark.hadoop.fs.s3a.secret.key   ‹aws secret key|{aws secret key}›
spark.ssl.keyPassword            ‹key password|{human password}›
spark.ssl.trustStore             «path about secrets|/opt/spark/{word}.jks»
spark.redaction.regex            «pattern of secrets|(?i)secret|password|token|access[.]key»
spark.kubernetes.driver.secrets.{word}  «path about secrets|/etc/secrets»
`},
		{"kafka properties", []template{"etc/kafka/server.properties", "opt/kafka/config/client-{word}.properties"}, `security.protocol=SASL_SSL
sasl.mechanism=«choice about secrets|SCRAM-SHA-512»
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="{word}" password="‹jaas password|{human password}›";
ssl.keystore.location=«path about secrets|/etc/kafka/{word}.jks»
ssl.keystore.password=‹keystore password|{random api key}›
ssl.key.password=‹key password|{pronounceable password}›
ssl.truststore.password=«environment reference|${file:/etc/kafka/secrets.properties:truststore}»
delegation.token.expiry.time.ms=«number about secrets|86400000»
key.serializer=«class name|org.apache.kafka.common.serialization.StringSerializer»
sasl.login.refresh.window.factor=«number about secrets|0.8»
`},
		{"jaas", []template{"etc/kafka/kafka_server_jaas.conf", "etc/zookeeper/jaas.conf"}, `KafkaServer {
   org.apache.kafka.common.security.plain.PlainLoginModule required
   username="{word}"
   password="‹jaas password|{human password}›"
   user_{word}="‹jaas user password|{long alphanumeric password}›"
   user_{word}="‹jaas user password|{pronounceable password}›";
};
Client {
   com.sun.security.auth.module.Krb5LoginModule required
   useKeyTab=«switch about secrets|true»
   keyTab="«path about secrets|/etc/security/keytabs/{word}.keytab»";
};
`},
		{"trino catalog", []template{"etc/trino/catalog/{word}.properties"}, `connector.name=postgresql
connection-url=jdbc:postgresql://{host}:5432/{word}
connection-user={word}
connection-password=‹catalog password|{human password}›
hive.s3.aws-secret-key=‹aws secret key|{aws secret key}›
hive.metastore.thrift.client.ssl.key-password=«environment reference|${ENV:KEY_PASSWORD}»
case-insensitive-name-matching=«switch about secrets|true»
`},
		{"clickhouse users", []template{"etc/clickhouse-server/users.d/{word}.xml"}, `<clickhouse>
  <users>
    <{word}>
      <password>‹clickhouse password|{human password}›</password>
      <networks><ip>::/0</ip></networks>
    </{word}>
    <{word}2>
      <password_sha256_hex>‽password hash|{hex64}‽</password_sha256_hex>
      <access_management>«number about secrets|1»</access_management>
    </{word}2>
  </users>
  <interserver_http_credentials><user>{word}</user><password>‹clickhouse peer password|{random api key}›</password></interserver_http_credentials>
  <merge_tree><primary_key_lazy_load>«number about secrets|1»</primary_key_lazy_load></merge_tree>
</clickhouse>
`},
		{"pg service", []template{"root/.pg_service.conf", "etc/pgbouncer/pgbouncer.ini"}, `[{word}]
host={host}
user={word}
password=‹pg service password|{human password}›
sslkey=«path about secrets|/root/.postgresql/{word}.key»
[databases]
{word} = host={host} port=5432 user={word} password=‹password in dsn|{long alphanumeric password}› dbname={word}
[pgbouncer]
auth_type = «choice about secrets|scram-sha-256»
auth_file = «path about secrets|/etc/pgbouncer/userlist.txt»
auth_query = «sql about secrets|SELECT usename, passwd FROM pg_shadow WHERE usename=$1»
server_reset_query = DISCARD ALL
`},
		{"pgbouncer users", []template{"etc/pgbouncer/userlist.txt"}, `"{word}" "‹pgbouncer password|{human password}›"
"{word}" "‽password hash|SCRAM-SHA-256$4096:{base64 short commit}=${wireguard key}:{wireguard key}‽"
"{word}" "‹pgbouncer password|{strong password}›"
`},
		{"recovery settings", []template{"var/lib/postgresql/data/postgresql.auto.conf"}, `# Do not edit this file manually!
primary_conninfo = 'user={word} password=‹password in dsn|{human password}› host={host} port=5432 sslmode=prefer'
password_encryption = '«choice about secrets|scram-sha-256»'
ssl_passphrase_command = '«command substitution|cat /run/secrets/{word}»'
primary_slot_name = '«name of a secret|{word}_key»'
`},
		{"users in sql", []template{"docker-entrypoint-initdb.d/01-{word}.sql", "srv/{word}/grants.sql"}, `CREATE DATABASE {word};
CREATE USER '{word}'@'%' IDENTIFIED WITH mysql_native_password BY '‹sql user password|{human password}›';
GRANT ALL ON {word}.* TO '{word}'@'localhost' IDENTIFIED BY "‹sql user password|{pronounceable password}›";
SET PASSWORD FOR 'root'@'localhost' = PASSWORD('‹sql user password|{strong password}›');
CREATE LOGIN {word} WITH PASSWORD = N'‹sql user password|{random api key}›', CHECK_POLICY = OFF;
CREATE ROLE {word} LOGIN ENCRYPTED PASSWORD '‹sql user password|{long alphanumeric password}›' VALID UNTIL 'infinity';
CHANGE MASTER TO MASTER_HOST='{host}', MASTER_USER='{word}', MASTER_PASSWORD='‹replication password|{human password}›', MASTER_LOG_POS={nnn};
CREATE USER MAPPING FOR {word} SERVER {word} OPTIONS (user '{word}', password '‹sql user password|{human password}›');
ALTER USER {word} PASSWORD EXPIRE INTERVAL «number about secrets|90» DAY;
CREATE TABLE tokens (id int PRIMARY KEY, token «column type|char(64) NOT NULL», secret_hash «column type|bytea», KEY idx_token («column about secrets|token_hash»));
SELECT «expression|crypt($1, password_hash)» = password_hash FROM users WHERE reset_token = «expression|$2»;
`},
		{"rows in sql", []template{"srv/{word}/backup.sql", "var/backups/{word}.sql"}, `INSERT INTO ` + "`wp_options` (`option_id`, `option_name`, `option_value`, `autoload`)" + ` VALUES
({n}, 'siteurl', 'https://{host}', 'yes'),
({n}{n}, 'mailserver_pass', '‹mail password in a row|{human password}›', 'yes'),
({nnn}, 'smtp_settings', 'a:2:{s:4:"user";s:5:"{word}";s:8:"password";s:16:"‹password in a serialized row|{random api key}›";}', 'yes'),
({nnn}, 'stripe_settings', '{"secret_key":"‹stripe secret key|{stripe secret key}›","publishable_key":"«publishable key|{publishable key}»"}', 'yes');
INSERT INTO users (id, name, password, remember_token) VALUES ({n}, '{word}', '‽password hash|{password hash}‽', «sql null|NULL»);
COPY public.integrations (id, name, api_token, created_at) FROM stdin;
{n}	{word}	‹token in a copied row|{github personal token}›	{date}
\.
COPY public.sessions (id, digest) FROM stdin;
{n}	«sha256 digest|{hex64}»
\.
`},
		{"redis acl", []template{"etc/redis/users.acl"}, `user default off nopass «word about secrets|nocommands»
user {word} on >‹redis acl password|{human password}› ~{word}:* +@all
user {word} on #‽password hash|{hex64}‽ ~* -@dangerous
`},
		{"sentinel", []template{"etc/redis/sentinel.conf"}, `sentinel monitor {word} {host} 6379 2
sentinel auth-pass {word} ‹sentinel password|{human password}›
sentinel down-after-milliseconds {word} {nnn}0
requirepass "‹redis password|{long alphanumeric password}›"
sentinel myid «git commit|{hex40}»
tls-key-file «path about secrets|/etc/redis/{word}.key»
`},
	}
}

// directoryFiles are the users and keys of machines and directories.
func directoryFiles() []document {
	return []document{
		{"slapd", []template{"etc/openldap/slapd.conf", "etc/ldap/slapd.conf"}, `suffix "dc={word},dc=org"
rootdn "cn=admin,dc={word},dc=org"
rootpw ‹ldap root password|{human password}›
password-hash «choice about secrets|default {SSHA}»
TLSCertificateKeyFile «path about secrets|/etc/ldap/{word}.key»
access to attrs=«column about secrets|userPassword,shadowLastChange» by self write by anonymous auth by * none
syncrepl rid=001 provider=ldaps://{host} bindmethod=simple binddn="cn={word}" credentials=‹replication password|{random api key}›
`},
		{"ldif", []template{"srv/{word}/users.ldif", "container/service/slapd/{word}.ldif"}, `dn: uid={word},ou=people,dc={word},dc=org
objectClass: inetOrgPerson
cn: {Word}
userPassword: ‹password in ldif|{human password}›
pwdLastSet: «number about secrets|133480000000000000»

dn: uid={word},ou=people,dc={word},dc=org
userPassword:: ‹password in ldif in base64|{base64 human password}›
jpegPhoto:: «base64 image|/9j/4AAQSkZJRgABAQ{influx token}»

dn: uid={word},ou=people,dc={word},dc=org
userPassword: ‽password hash|{SSHA}{base64 hex8}‽
sshPublicKey: «ssh public key|{ed25519 public}»
pwdPolicySubentry: «rule about secrets|cn=default,ou=policies,dc={word},dc=org»
`},
		{"sssd", []template{"etc/sssd/sssd.conf"}, `[domain/{word}]
id_provider = ldap
ldap_default_authtok_type = «choice about secrets|password»
ldap_default_authtok = ‹ldap bind password|{human password}›
ldap_tls_key = «path about secrets|/etc/sssd/{word}.key»
krb5_renewable_lifetime = «duration about secrets|7d»
cache_credentials = «switch about secrets|True»
ldap_user_ssh_public_key = «column about secrets|sshPublicKey»
`},
		{"debconf passwords", []template{"var/cache/debconf/passwords.dat"}, `Name: mysql-server/root_password
Template: mysql-server/root_password
Value: ‹password in debconf|{human password}›
Owners: mysql-server-8.0
Flags: seen

Name: phpmyadmin/mysql/app-pass
Template: phpmyadmin/mysql/app-pass
Value: ‹password in debconf|{pronounceable password}›
Owners: phpmyadmin

Name: passwd/root-password-crypted
Template: «name of a template|passwd/root-password-crypted»
Value: «choice about secrets|!»
Owners: passwd
`},
		{"preseed", []template{"srv/{word}/preseed.cfg", "root/{word}-preseed.cfg"}, `d-i passwd/root-login boolean true
d-i passwd/root-password password ‹password in preseed|{human password}›
d-i passwd/root-password-again password ‹password in preseed|{human password}›
d-i passwd/user-password-crypted password ‽password hash|{password hash}‽
d-i user-setup/allow-password-weak boolean «switch about secrets|true»
d-i apt-setup/local0/key string «address about secrets|http://{host}/{word}.key»
`},
		{"kickstart", []template{"root/anaconda-ks.cfg", "srv/{word}/ks.cfg"}, `lang en_US.UTF-8
rootpw --plaintext ‹password in kickstart|{human password}›
user --name={word} --groups=wheel --password=‹password in kickstart|{strong password}› --plaintext
bootloader --location=mbr --password=‹password in kickstart|{random api key}›
sshkey --username=root "«ssh public key|{ed25519 public}»"
pwpolicy root --minlen=«number about secrets|12» --strict --nochanges
rootpw --iscrypted ‽password hash|{password hash}‽
`},
		{"unattended setup", []template{"app/windows/autounattend.xml", "srv/{word}/unattend.xml"}, `<unattend xmlns="urn:schemas-microsoft-com:unattend">
  <settings pass="«word about secrets|oobeSystem»">
    <component name="Microsoft-Windows-Shell-Setup" publicKeyToken="«public key token|{span id}»">
      <UserAccounts>
        <AdministratorPassword>
          <Value>‹password in unattended setup|{human password}›</Value>
          <PlainText>«switch about secrets|true»</PlainText>
        </AdministratorPassword>
      </UserAccounts>
      <AutoLogon><Username>{word}</Username><Password><Value>‹password in unattended setup|{strong password}›</Value></Password></AutoLogon>
      <ProductKey>‽product key|{product key}‽</ProductKey>
    </component>
  </settings>
</unattend>
`},
		{"dbconfig", []template{"etc/dbconfig-common/{word}.conf", "etc/{word}/debian-db.php"}, `# dbc_dbpass: the password of the database user
dbc_install='true'
dbc_dbuser='{word}'
dbc_dbpass='‹dbconfig password|{human password}›'
dbc_dbadmin='root'
dbc_authmethod_admin='«choice about secrets|password»'
$dbuser='{word}';
$dbpass='‹dbconfig password|{pronounceable password}›';
`},
		{"mount credentials", []template{"etc/samba/{word}.cred", "root/.smbcredentials"}, `username={word}
password=‹mount password|{human password}›
domain={Word}
`},
		{"davfs secrets", []template{"etc/davfs2/secrets", "home/{word}/.davfs2/secrets"}, `# credentials, one line each
https://{host}/dav {word} ‹davfs password|{human password}›
/mnt/{word} {word} "‹davfs password|{strong password}›"
`},
		{"rsync secrets", []template{"etc/rsyncd.secrets"}, "{word}:‹rsync password|{human password}›\n{word}:‹rsync password|{random api key}›\n"},
		{"login file", []template{"etc/openvpn/login.txt", "etc/openvpn/client/auth.txt"}, "{word}\n‹password on a line of its own|{human password}›\n"},
		{"password file", []template{"run/secrets/db_password", "run/secrets/{word}_password", "etc/{word}/password.txt"}, "‹password on a line of its own|{long alphanumeric password}›\n"},
		{"s3fs", []template{"etc/passwd-s3fs", "root/.passwd-s3fs"} /* gitleaks:allow */, "‹aws access key id|{aws access key id}›:‹aws secret key|{aws secret key}›\n"},
	}
}
