package corpus

// applicationFiles are the settings of applications and application servers.
func applicationFiles() []document {
	return []document{
		{"spring profiles", []template{"app/BOOT-INF/classes/application-prod.yml", "srv/{word}/config/application.yaml"}, `spring:
  datasource:
    url: jdbc:postgresql://{host}:5432/{word}
    username: {word}
    password: ‹spring datasource password|{human password}›
  security:
    oauth2:
      client:
        registration:
          github:
            client-id: «oauth client id|{oauth client id}»
            client-secret: ‹spring client secret|{hex40}›
        provider:
          {word}:
            token-uri: «address about secrets|https://{host}/oauth/token»
            user-name-attribute: «column about secrets|sub»
      resourceserver: {jwt: {jwk-set-uri: «address about secrets|https://{host}/jwks»}}
  mail: {host: {host}, username: {word}, password: "‹spring mail password|{pronounceable password}›"}
---
spring.config.activate.on-profile: dev
spring.datasource.password: «environment reference|${DB_PASSWORD:}»
jwt:
  secret: ${JWT_SECRET:‹default of a reference|{random key in base64}›}
  expiration-ms: «number about secrets|86400000»
management.endpoint.env.keys-to-sanitize: «list about secrets|password,secret,key,token»
server.ssl.key-store: «path about secrets|classpath:{word}.p12»
server.ssl.key-store-password: ‹keystore password|{human password}›
server.ssl.key-alias: «name of a secret|{word}»
jasypt.encryptor.password: ‹jasypt password|{human password}›
legacy.password: «encrypted value|ENC({wireguard key})»
`},
		{"quarkus", []template{"app/src/main/resources/META-INF/microprofile-config.properties", "deployments/config/{word}.properties"}, `quarkus.datasource.username={word}
quarkus.datasource.password=‹quarkus password|{human password}›
%prod.quarkus.datasource.password=‹quarkus password|{pronounceable password}›
%dev.quarkus.oidc.credentials.secret=‹oidc client secret|{random api key}›
quarkus.oidc.token.issuer=«choice about secrets|any»
quarkus.vault.credentials-provider.{word}.kv-path=«secret store reference|{word}/db»
smallrye.jwt.sign.key.location=«path about secrets|privateKey.pem»
mp.jwt.verify.publickey=«public key|{public key in one line}»
mail.smtp.pass = ‹smtp password|{human password}›
password.encoder.strength=«number about secrets|12»
`},
		{"tomcat context", []template{"opt/tomcat/conf/context.xml", "usr/local/tomcat/conf/server.xml"}, `<Context>
  <Resource name="jdbc/{word}" auth="Container" type="javax.sql.DataSource" username="{word}" password="‹tomcat resource password|{human password}›"
    driverClassName="org.postgresql.Driver" url="jdbc:postgresql://{host}/{word}"/>
  <Connector port="8443" SSLEnabled="true" keystoreFile="«path about secrets|conf/{word}.jks»" keystorePass="‹keystore password|{pronounceable password}›" keyAlias="«name of a secret|{word}»"/>
  <Certificate certificateKeystorePassword='‹keystore password|{random api key}›' certificateKeyFile="«path about secrets|conf/key.pem»"/>
  <Server port="8005" shutdown="‽shutdown word|{word}‽"/>
  <Realm className="«class name|org.apache.catalina.realm.JDBCRealm»" userCredCol="«column about secrets|user_pass»" connectionPassword="‹realm password|{human password}›"/>
  <CredentialHandler className="«class name|org.apache.catalina.realm.SecretKeyCredentialHandler»" keyLength="«number about secrets|256»"/>
</Context>
`},
		{"wildfly", []template{"opt/jboss/wildfly/standalone/configuration/standalone.xml"}, `<server xmlns="urn:jboss:domain:20.0">
  <datasource jndi-name="java:/{Word}DS" pool-name="{Word}DS">
    <connection-url>jdbc:mysql://{host}/{word}</connection-url>
    <security>
      <user-name>{word}</user-name>
      <password>‹wildfly password|{human password}›</password>
    </security>
  </datasource>
  <key-store name="{word}"><credential-reference clear-text="‹wildfly credential|{pronounceable password}›"/><implementation type="JKS"/></key-store>
  <credential-reference store="«name of a secret|{word}-store»" alias="«name of a secret|{word}-alias»"/>
  <property name="password" value="«environment reference|${env.DB_PASSWORD}»"/>
  <property name="org.jboss.security.token-expiry" value="«number about secrets|300»"/>
</server>
`},
		{"hibernate", []template{"app/WEB-INF/classes/hibernate.cfg.xml", "app/META-INF/persistence.xml"}, `<hibernate-configuration>
  <session-factory>
    <property name="hibernate.connection.username">{word}</property>
    <property name="hibernate.connection.password">‹hibernate password|{human password}›</property>
    <property name="javax.persistence.jdbc.password" value="‹hibernate password|{random api key}›"/>
    <property name="hibernate.id.new_generator_mappings">«switch about secrets|true»</property>
    <property name="hibernate.cache.keys_factory">«choice about secrets|simple»</property>
  </session-factory>
</hibernate-configuration>
`},
		{"logging appender", []template{"app/src/main/resources/logback-spring.xml", "opt/{word}/log4j2.xml"}, `<configuration>
  <appender name="EMAIL" class="ch.qos.logback.classic.net.SMTPAppender">
    <smtpHost>{host}</smtpHost>
    <username>{word}</username>
    <password>‹appender password|{human password}›</password>
  </appender>
  <SMTP name="Mail" smtpPassword="‹appender password|{pronounceable password}›" smtpUsername="{word}"/>
  <pattern>«pattern of a log|%replace(%msg){'password=[^&amp;]*','password=***'}%n»</pattern>
  <KeyValuePair key="«column about secrets|token»" value="«environment reference|$${ctx:token}»"/>
</configuration>
`},
		{"web.config sections", []template{"app/Web.config", "inetpub/{word}/web.config"}, `<configuration>
  <connectionStrings>
    <add name="{Word}" connectionString="Data Source={host};Initial Catalog={word};User ID={word};Password=‹password in connection string|{human password}›;MultipleActiveResultSets=True" providerName="System.Data.SqlClient" />
    <add name="Azure" connectionString="DefaultEndpointsProtocol=https;AccountName={word};AccountKey=‹azure storage key|{azure storage key}›" />
    <add name="Trusted" connectionString="«connection without a password|Server={host};Database={word};Integrated Security=SSPI;Persist Security Info=False»" />
  </connectionStrings>
  <system.web>
    <machineKey validationKey="‹machine validation key|{upper hex 128}›" decryptionKey="‹machine decryption key|{upper hex 64}›" validation="«choice about secrets|HMACSHA256»" />
    <identity impersonate="true" userName="{word}" password="‹impersonation password|{pronounceable password}›" />
    <membership><providers><add name="Sql" minRequiredPasswordLength="«number about secrets|8»" passwordFormat="«choice about secrets|Hashed»" /></providers></membership>
    <assemblies><add assembly="System.Web, Version=4.0.0.0, Culture=neutral, PublicKeyToken=«public key token|{span id}»" /></assemblies>
  </system.web>
  <smtp><network host="{host}" userName="{word}" password="‹smtp password|{human password}›" /></smtp>
</configuration>
`},
		{"nested appsettings", []template{"app/appsettings.Staging.json", "root/.microsoft/usersecrets/{uuid}/secrets.json"}, `{
  "ConnectionStrings": {
    "Default": "Host={host};Database={word};Username={word};Password=‹password in connection string|{human password}›;Pooling=true",
    "Redis": "{host}:6380,password=‹redis password|{consul gossip key}›,ssl=True,abortConnect=False",
    "Bus": "Endpoint=sb://{word}.servicebus.windows.net/;SharedAccessKeyName=app;SharedAccessKey=‹shared access key|{consul gossip key}›",
    "Identity": "«connection without a password|Server=tcp:{host};Authentication=Active Directory Managed Identity;Database={word}»"
  },
  "Jwt": {"Key": "‹jwt key|{human sentence}›", "Issuer": "https://{host}", "TokenLifetimeMinutes": «number about secrets|60»},
  "AzureAd": {"ClientId": "«uuid|{uuid}»", "ClientSecret": "‹azure client secret|{azure client secret}›", "ClientCredentials": [{"SourceType": "«choice about secrets|KeyVault»", "KeyVaultCertificateName": "«name of a secret|{word}-cert»"}]},
  "Kestrel": {"Certificates": {"Default": {"Path": "«path about secrets|/https/{word}.pfx»", "Password": "‹certificate password|{human password}›"}}},
  "Authentication:Google:ClientSecret": "‹google oauth secret|{google oauth secret}›",
  "Stripe": {"PublishableKey": "«publishable key|{publishable key}»"},
  "PasswordPolicy": {"RequiredLength": «number about secrets|12», "PasswordHasherCompatibilityMode": "«choice about secrets|IdentityV3»"}
}
`},
		{"drupal", []template{"var/www/html/sites/default/settings.php"}, `<?php
$databases['default']['default'] = array (
  'database' => '{word}',
  'username' => '{word}',
  'password' => '‹drupal password|{human password}›',
  'driver' => 'mysql',
);
$settings['hash_salt'] = '‽salt|{url key}‽';
$config['smtp.settings']['smtp_password'] = '‹smtp password|{pronounceable password}›';
$settings['reverse_proxy_trusted_headers'] = «constant|\Symfony\Component\HttpFoundation\Request::HEADER_X_FORWARDED_FOR»;
$config['key.key.{word}']['key_provider'] = '«choice about secrets|file»';
`},
		{"joomla", []template{"var/www/html/configuration.php"}, `<?php
class JConfig {
	public $user = '{word}';
	public $password = '‹joomla password|{human password}›';
	public $secret = '‹joomla secret|{sixteen}›';
	public $smtppass = '‹smtp password|{pronounceable password}›';
	public $captcha = '«placeholder word|0»';
	public $session_handler = '«choice about secrets|database»';
	public $MetaKeys = '«prose|{word}, {word}, {word}»';
	public $ftp_pass = '';
}
`},
		{"mediawiki", []template{"var/www/html/LocalSettings.php"}, `<?php
$wgDBuser = "{word}";
$wgDBpassword = "‹mediawiki password|{human password}›";
$wgSecretKey = "‹mediawiki secret key|{hex64}›";
$wgUpgradeKey = "‹mediawiki upgrade key|{span id}›";
$wgAuthenticationTokenVersion = "«number about secrets|1»";
$wgPasswordPolicy['policies']['default']['MinimalPasswordLength'] = «number about secrets|10»;
$wgSMTP = [ 'host' => 'ssl://{host}', 'username' => '{word}', 'password' => '‹smtp password|{pronounceable password}›' ];
$wgCookiePrefix = "«cookie name|{word}_token»";
$wgReCaptchaSiteKey = '«site key|{site key}»';
$wgReCaptchaSecretKey = '‹recaptcha secret|{recaptcha secret}›';
`},
		{"nextcloud", []template{"var/www/html/config/config.php", "srv/nextcloud/config/config.php"}, `<?php
$CONFIG = array (
  'instanceid' => '«identifier|oc{short lower}»',
  'passwordsalt' => '‽salt|{nextcloud salt}‽',
  'secret' => '‹nextcloud secret|{nextcloud secret}›',
  'dbuser' => '{word}',
  'dbpassword' => '‹nextcloud password|{human password}›',
  'mail_smtppassword' => '‹smtp password|{pronounceable password}›',
  'redis' => array ('host' => '{host}', 'password' => '‹redis password|{random api key}›'),
  'objectstore' => array ('class' => '«class name|\\OC\\Files\\ObjectStore\\S3»', 'arguments' => array ('key' => '‹aws access key id|{aws access key id}›', 'secret' => '‹aws secret key|{aws secret key}›')),
  'remember_login_cookie_lifetime' => «number about secrets|1296000»,
  'token_auth_enforced' => «switch about secrets|true»,
);
`},
		{"magento", []template{"var/www/html/app/etc/env.php"}, `<?php
return [
    'backend' => ['frontName' => 'admin_{word}'],
    'crypt' => ['key' => '‹magento crypt key|{trace id}›'],
    'db' => ['table_prefix' => '', 'connection' => ['default' => ['host' => '{host}', 'username' => '{word}', 'password' => '‹magento password|{human password}›']]],
    'session' => ['save' => '«choice about secrets|redis»', 'redis' => ['password' => '‹redis password|{pronounceable password}›', 'max_concurrency' => '6']],
    'cache_types' => ['compiled_config' => «number about secrets|1»],
    'install' => ['date' => '«time|{date}»'],
    'x-frame-options' => 'SAMEORIGIN',
];
`},
		{"php array config", []template{"app/config/database.php", "app/config/services.php"}, `<?php

return [
    'mysql' => [
        'host' => env('DB_HOST', '{host}'),
        'password' => env('DB_PASSWORD', '‹default of a reference|{human password}›'),
        'unix_socket' => env('DB_SOCKET', ''),
    ],
    'mailgun' => ['secret' => «function call|env('MAILGUN_SECRET')», 'endpoint' => 'api.mailgun.net'],
    'stripe' => ['secret' => '‹stripe secret key|{stripe secret key}›', 'key' => '«publishable key|{publishable key}»', 'webhook' => ['secret' => '‹stripe webhook secret|{stripe webhook secret}›', 'tolerance' => 300]],
    'passwords' => ['users' => ['provider' => 'users', 'table' => '«column about secrets|password_reset_tokens»', 'expire' => «number about secrets|60»]],
    'guards' => ['api' => ['driver' => '«choice about secrets|token»', 'hash' => «switch about secrets|false»]],
    'ses' => ['key' => '‹aws access key id|{aws access key id}›', 'secret' => "‹aws secret key|{aws secret key}›"],
    'hashing' => ['driver' => '«choice about secrets|bcrypt»'],
];
`},
		{"symfony", []template{"app/config/parameters.yml", "app/app/config/parameters.yml"}, `parameters:
    database_user: {word}
    database_password: ‹symfony password|{human password}›
    mailer_password: «sql null|null»
    secret: ‹symfony secret|{hex40}›
    locale: de
    env(APP_SECRET): ‹symfony secret|{trace id}›
    jwt_passphrase: '«environment reference|%env(JWT_PASSPHRASE)%»'
    jwt_key_pass_phrase: ‹key passphrase|{pronounceable password}›
    private_key_path: '«path about secrets|%kernel.project_dir%/config/jwt/private.pem»'
    token_ttl: «number about secrets|3600»
`},
		{"phpmyadmin", []template{"etc/phpmyadmin/config.inc.php"}, `<?php
$cfg['blowfish_secret'] = '‹blowfish secret|{nextcloud salt}{nextcloud salt}›';
$cfg['Servers'][$i]['auth_type'] = '«choice about secrets|cookie»';
$cfg['Servers'][$i]['controlpass'] = '‹phpmyadmin password|{human password}›';
$cfg['Servers'][$i]['password'] = '‹phpmyadmin password|{pronounceable password}›';
$cfg['Servers'][$i]['AllowNoPassword'] = «switch about secrets|false»;
$cfg['LoginCookieValidity'] = «number about secrets|1440»;
`},
		{"moodle and others", []template{"var/www/html/moodle/config.php", "var/www/html/{word}/include/config.php"}, `<?php
$CFG->dbuser    = '{word}';
$CFG->dbpass    = '‹moodle password|{human password}›';
$CFG->passwordsaltmain = '‽salt|{nextcloud secret}‽';
$CFG->passwordpolicy = «switch about secrets|true»;
define('SECRET_SALT','‹define with a salt|{trace id}›');
define('DBPASS','‹define with a password|{pronounceable password}›');
define('PASSWORD_RESET_TTL', «number about secrets|3600»);
$db_pass = "‹password in php|{human password}›"; // {word}
mysqli_connect("{host}", "{word}", "‹password argument|{random api key}›", "{word}");
new PDO('mysql:host={host};dbname={word}', '{word}', '‹password argument|{human password}›');
`},
		{"rails secrets", []template{"app/config/secrets.yml", "app/config/storage.yml"}, `production:
  secret_key_base: ‹rails secret key base|{sha512 digest}›
  smtp: {user_name: {word}, password: ‹smtp password|{human password}›}
development:
  secret_key_base: ‽development key|{sha512 digest}‽
test:
  secret_key_base: «template reference|<%= ENV["SECRET_KEY_BASE"] %>»
amazon:
  service: S3
  access_key_id: ‹aws access key id|{aws access key id}›
  secret_access_key: ‹aws secret key|{aws secret key}›
google:
  credentials: «template reference|<%= Rails.root.join("path/to/gcs.keyfile") %>»
`},
		{"rails encrypted credentials", []template{"app/config/credentials.yml.enc", "app/config/credentials/production.yml.enc"}, "«encrypted value|{long base64}--{sixteen bytes}--{sixteen bytes}»"},
		{"weblogic", []template{"u01/domains/{word}/servers/AdminServer/security/boot.properties", "u01/domains/{word}/config/config.xml"}, `username=«encrypted value|{AES}{consul gossip key}»
password=«encrypted value|{AES}{influx token}»
<credential-encrypted>«encrypted value|{AES}{influx token}»</credential-encrypted>
<node-manager-password-encrypted>«encrypted value|{AES}{consul gossip key}»</node-manager-password-encrypted>
<java-system-property>-Djavax.net.ssl.keyStorePassword=‹java system property|{human password}›</java-system-property>
`},
		{"java options", []template{"opt/{word}/bin/setenv.sh", "etc/default/{word}"}, `JAVA_OPTS="$JAVA_OPTS -Djavax.net.ssl.trustStorePassword=‹java system property|{human password}› -Dcom.sun.management.jmxremote.password.file=«path about secrets|/etc/{word}/jmx.password»"
CATALINA_OPTS="-Ddb.password=‹java system property|{pronounceable password}› -Dtoken.cache.size=«number about secrets|1000»"
{WORD}_OPTS='--spring.datasource.password=‹java system property|{random api key}› --server.port=8080'
JMX_ACCESS="«choice about secrets|monitorRole readonly»"
`},
		{"grafana provisioning", []template{"etc/grafana/provisioning/datasources/{word}.yaml"}, `apiVersion: 1
datasources:
  - name: {Word}
    type: influxdb
    user: {word}
    jsonData: {httpHeaderName1: «header about secrets|Authorization», tlsAuth: false}
    secureJsonData:
      token: ‹influx token|{influx token}›
      password: "‹grafana datasource password|{human password}›"
      httpHeaderValue1: "Token ‹header of a datasource|{random api key}›"
      tlsClientKey: «environment reference|$TLS_KEY»
    uid: «identifier|{short lower}»
notifiers:
  - {name: {word}, settings: {token: "‹slack bot token|{slack bot token}›", recipient: "«workspace id|{workspace id}»"}}
`},
		{"homeassistant", []template{"config/secrets.yaml", "srv/{word}/esphome/secrets.yaml"}, `# one secret a line
wifi_ssid: {word}
wifi_password: ‹wifi key|{human password}›
mqtt_password: "‹mqtt password|{pronounceable password}›"
api_encryption_key: ‹api encryption key|{wireguard key}›
telegram_key: ‹telegram bot token|{telegram bot token}›
home_latitude: 52.{nnn}
http_password: «reference to another key|!secret wifi_password»
alarm_code: ‽pin|{nnn}{n}‽
`},
	}
}
