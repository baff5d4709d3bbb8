package corpus

// callFiles are programs that hand secrets to calls, compare with them, or keep
// them in structures.
func callFiles() []document {
	return []document{
		{"go calls and literals", []template{"app/cmd/{word}/main.go", "go/src/{word}/client.go"}, `package main

var cfg = Config{User: "{word}", Password: "‹field of a literal|{human password}›", Token«field without a value|: "",»}

func main() {
	os.Setenv("API_TOKEN", "‹argument after a name|{random api key}›")
	auth := smtp.PlainAuth("", "{word}", "‹positional password|{human password}›", "{host}")
	creds := credentials.NewStaticCredentials("‹aws access key id|{aws access key id}›", "‹aws secret key|{aws secret key}›", "")
	pw := flag.String("password", "‹default of a flag|{pronounceable password}›", "«sentence about secrets|password of the database»")
	tok := flag.String("token-file", "«path about secrets|/run/{word}/token»", "where the token is")
	signed, _ := t.SignedString([]byte("‹signing key in a call|{human sentence}›"))
	rdb := redis.NewClient(&redis.Options{Addr: "{host}:6379", Password: "‹field of a literal|{random api key}›", DB: 0})
	config.Net.SASL.Password = "‹assigned field|{human password}›"
	if r.Header.Get("«header about secrets|X-Api-Key»") != "‹compared secret|{long alphanumeric password}›" {
		http.Error(w, "«sentence about secrets|invalid api key»", 401)
	}
	password := «function call|os.Getenv("DB_PASSWORD")»
	key, err := «function call|x509.ParsePKCS8PrivateKey(block.Bytes)»
	var ErrBadToken = errors.New("«sentence about secrets|token: wrong signature or expired»")
	mux.HandleFunc("«path about secrets|/password/reset/confirm»", handle)
}

type Config struct {
	User, Password string ` + "`json:\"password\" env:\"«name of a variable|DB_PASSWORD»\" validate:\"required\"`" + `
	Token string ` + "`yaml:\"«column about secrets|access_token»\"`" + `
}
`},
		{"python client calls", []template{"app/{word}/clients.py", "srv/{word}/scripts/{word}.py"}, `from fastapi import Header

app.config['SECRET_KEY'] = '‹flask secret key|{human sentence}›'
app.config.update(MAIL_PASSWORD='‹keyword argument|{human password}›', JWT_ACCESS_TOKEN_EXPIRES=«number about secrets|900»)
app.secret_key = b'‹bytes literal|{sixteen}›'
engine = create_engine("mysql+pymysql://{word}:‹password in url|{human password in url}›@{host}/{word}?charset=utf8mb4")
db = pymysql.connect("{host}", "{word}", "‹positional password|{human password}›", "{word}")
ssh.connect(hostname='{host}', username='{word}', password='‹keyword argument|{pronounceable password}›')
server.login("{word}@{word}.com", "‹positional password|{random api key}›")
token = jwt.encode(payload, "‹signing key in a call|{human sentence}›", algorithm="«choice about secrets|HS256»")
openai.api_key = "‹openai project key|{openai project key}›"
client = hvac.Client(url='https://{host}', token='‹vault service token|{vault service token}›')
r = requests.post(url, auth=HTTPBasicAuth('{word}', '‹positional password|{human password}›'), verify=False)
headers = {'X-Auth-Token': '‹header in a dictionary|{long alphanumeric password}›', 'Accept': 'application/json'}
f = Fernet(b'‹fernet key|{fernet key}›')
if password == "‹compared secret|{human password}›":
    raise ValueError("«sentence about secrets|Password must not be the default»")
PASSWORDS = {"{word}": "‹password in a dictionary|{human password}›", "{word}2": "‹password in a dictionary|{pronounceable password}›"}
parser.add_argument("--api-key", default=«function call|os.environ.get("API_KEY")», help="«sentence about secrets|the API key to use»")
parser.add_argument("--password", default="‹default of a flag|{random api key}›")
def check(password: «type annotation|str = Form(...)», token: «type annotation|Optional[str] = None») -> bool: ...
SECRET_RE = re.compile(r"«pattern of secrets|(?:password|secret)\s*[:=]\s*(\S+)»")
assert «expression|hmac.compare_digest(token, expected_token)»
tokens = «function call|tokenizer.encode("the secret of the {word}")»
`},
		{"java builders", []template{"app/src/main/java/org/{word}/{Word}Service.java"}, `package org.{word};

@Configuration
class {Word}Service {
    @Value("${api.key:‹default of a reference|{random api key}›}")
    private String apiKey;
    @Value("«environment reference|${jwt.secret}»")
    private String jwtSecret;
    void a() {
        props.put("mail.smtp.password", "‹argument after a name|{human password}›");
        props.setProperty("javax.net.ssl.trustStorePassword", "‹argument after a name|{pronounceable password}›");
        String jws = Jwts.builder().signWith(SignatureAlgorithm.HS512, "‹signing key in a call|{human sentence}›").compact();
        new UsernamePasswordCredentials("{word}", "‹positional password|{human password}›");
        new PasswordAuthentication("{word}", "‹positional password as characters|{human password}›".toCharArray());
        ds = HikariDataSourceBuilder.create().username("{word}").password("‹builder argument|{random api key}›").build();
        AWSCredentials c = new BasicAWSCredentials("‹aws access key id|{aws access key id}›", "‹aws secret key|{aws secret key}›");
        if ("‹compared secret|{human password}›".equals(password)) { return; }
        ks.load(in, "‹keystore password argument|{pronounceable password}›".toCharArray());
        SecretKeySpec k = new SecretKeySpec("‹key bytes|{sixteen}›".getBytes(), "«choice about secrets|AES»");
        String t = «function call|request.getParameter("token")»;
        KeyGenerator g = KeyGenerator.getInstance("«choice about secrets|HmacSHA512»");
        throw new BadCredentialsException("«sentence about secrets|Invalid password or token for user»");
    }
    private static final String TOKEN_PREFIX = "«choice about secrets|Bearer »";
    private static final String PASSWORD_PARAMETER = "«column about secrets|j_password»";
    private static final long serialVersionUID = «number about secrets|{nnn}{nnn}{nnn}{nnn}{nnn}L»;
}
`},
		{"c# calls", []template{"app/src/{Word}Client.cs", "app/{Word}/Startup.cs"}, `namespace {Word}.Clients;

public class {Word}Client
{
    private readonly string _password = "‹private field|{human password}›";
    public void Run()
    {
        var cred = new NetworkCredential("{word}", "‹positional password|{human password}›");
        options.UseSqlServer("Server={host};Database={word};User Id={word};Password=‹password in connection string|{pronounceable password}›;");
        var key = new SymmetricSecurityKey(Encoding.UTF8.GetBytes("‹signing key in a call|{human sentence}›"));
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "‹bearer argument|{random api key}›");
        http.DefaultRequestHeaders.Add("X-Api-Key", "‹argument after a name|{long alphanumeric password}›");
        var client = new TwilioRestClient("«account sid|{account sid}»", "‹twilio auth token|{twilio auth token}›");
        var secret = «function call|Configuration["Jwt:Secret"]»;
        var token = await «function call|GetTokenAsync(cancellationToken)»;
        [DataType(DataType.«name of a type|Password»)] public string Password { get; set; } = «type annotation|default!;»
        const string PasswordRegex = @"«pattern of secrets|^(?=.*\d).{8,}$»";
        var connection = new SqlConnectionStringBuilder { UserID = "{word}", Password = @"‹verbatim string|{human password}›" };
    }
}
`},
		{"node calls", []template{"app/server.js", "app/src/{word}.mjs", "srv/{word}/lib/{word}.ts"}, `import session from 'express-session';

app.use(session({ secret: '‹session secret|{human sentence}›', resave: false, name: '«cookie name|connect.sid»' }));
const token = jwt.sign({ id }, '‹signing key in a call|{human sentence}›', { expiresIn: '«duration about secrets|1h»' });
const pool = mysql.createPool({ host: '{host}', user: '{word}', password: '‹property|{human password}›', database: '{word}' });
const mail = nodemailer.createTransport({ host: '{host}', auth: { user: '{word}', pass: '‹property|{pronounceable password}›' } });
mongoose.connect('mongodb+srv://{word}:‹password in url|{human password in url}›@{host}/{word}?retryWrites=true');
axios.defaults.headers.common['Authorization'] = 'Bearer ‹bearer header|{random api key}›';
fetch(url, { headers: { 'x-api-key': '‹header in an object|{random api key}›', 'Content-Type': 'application/json' } });
const s3 = new S3Client({ credentials: { accessKeyId: '‹aws access key id|{aws access key id}›', secretAccessKey: '‹aws secret key|{aws secret key}›' } });
const stripe = require('stripe')('‹stripe secret key|{stripe secret key}›');
const sequelize = new Sequelize('{word}', '{word}', '‹positional password|{human password}›', { dialect: 'postgres' });
if (req.headers['x-secret'] !== '‹compared secret|{long alphanumeric password}›') return res.status(401).send('«sentence about secrets|bad secret»');
const cipher = crypto.createCipheriv('«choice about secrets|aes-256-cbc»', '‹key bytes|{thirty two}›', iv);
const auth = 'Basic ' + «function call|Buffer.from(user + ':' + password).toString('base64')»;
const { password, token: csrfToken } = «expression|req.body»;
export const selectToken = (state«type annotation|: RootState») => «expression|state.auth.token»;
localStorage.setItem('«column about secrets|accessToken»', «expression|res.data.accessToken»);
const schema = Joi.object({ password: «function call|Joi.string().min(12).required()» });
<input type="password" placeholder="«label|Enter your password»" autoComplete="«choice about secrets|current-password»" />
`},
		{"ruby calls", []template{"app/lib/{word}_client.rb", "app/config/initializers/devise.rb"}, `# frozen_string_literal: true

Stripe.api_key = '‹stripe secret key|{stripe secret key}›'
Devise.setup do |config|
  config.secret_key = '‹devise secret key|{sha512 digest}›'
  config.pepper = '‹password pepper|{sha512 digest}›'
  config.password_length = «range about secrets|8..128»
  config.reset_password_within = «duration about secrets|6.hours»
  config.omniauth :github, '«oauth client id|{oauth client id}»', '‹positional secret|{hex40}›', scope: 'user'
end
Aws.config.update(credentials: Aws::Credentials.new('‹aws access key id|{aws access key id}›', '‹aws secret key|{aws secret key}›'))
http_basic_authenticate_with name: '{word}', password: '‹keyword argument|{human password}›'
Net::SSH.start('{host}', '{word}', :password => '‹hash rocket|{pronounceable password}›')
conn = PG.connect(host: '{host}', password: «function call|ENV.fetch('DB_PASSWORD')»)
DB = Sequel.connect(adapter: :postgres, user: '{word}', password: ENV.fetch('PGPASS', '‹default of a reference|{human password}›'))
validates :password, length: { minimum: «number about secrets|12» }, confirmation: true
Rails.application.config.filter_parameters += «list about secrets|%i[passw secret token _key crypt salt]»
token = «function call|SecureRandom.urlsafe_base64(32)»
`},
		{"php calls", []template{"var/www/html/{word}/bootstrap.php", "srv/{word}/src/{Word}.php"}, `<?php
namespace {Word};

class {Word} {
    private const API_SECRET = '‹class constant|{random api key}›';
    protected $password = "‹private field|{human password}›";
    public string $token«type annotation| = '';»
    public function go() {
        $mail->Password   = '‹assigned field|{human password}›';
        $mail->SMTPSecure = «constant|PHPMailer::ENCRYPTION_STARTTLS»;
        $redis->auth('‹auth argument|{pronounceable password}›');
        curl_setopt($ch, CURLOPT_USERPWD, "{word}:‹password after a user|{human password}›");
        curl_setopt($ch, CURLOPT_HTTPHEADER, ['Authorization: Bearer ‹bearer header|{random api key}›', 'Accept: */*']);
        $jwt = JWT::encode($payload, '‹signing key in a call|{human sentence}›', '«choice about secrets|HS256»');
        ftp_login($ftp, '{word}', '‹positional password|{random api key}›');
        putenv('SECRET_TOKEN=‹variable in putenv|{long alphanumeric password}›');
        if ($_GET['key'] !== '‹compared secret|{random api key}›') die('«sentence about secrets|wrong key»');
        $hash = «function call|password_hash($password, PASSWORD_BCRYPT)»;
        $token = «expression|$_SESSION['csrf_token'] ?? null»;
        echo _('«sentence about secrets|Your password has been changed»');
    }
}
`},
		{"kotlin and gradle calls", []template{"app/build.gradle.kts", "app/src/main/kotlin/org/{word}/Client.kt"}, `plugins { kotlin("jvm") version "{version}" }

repositories {
    maven {
        url = uri("https://{host}/maven")
        credentials {
            username = "{word}"
            password = "‹gradle repository password|{human password}›"
        }
    }
    maven { credentials { password = «function call|System.getenv("NEXUS_PASSWORD") ?: ""» } }
}
val token: String by «delegate|project.extra»
val dataSource = hikari { username = "{word}"; password = "‹gradle repository password|{pronounceable password}›" }
const val JWT_SECRET = "‹constant in kotlin|{human sentence}›"
val req = Request.Builder().header("Authorization", Credentials.basic("{word}", "‹positional password|{human password}›")).build()
data class Login(val password: «type annotation|String», val token: «type annotation|String? = null»)
install(Authentication) { bearer("«name of a secret|auth-bearer»") { realm = "{word}" } }
`},
		{"rust calls", []template{"app/src/main.rs", "app/src/{word}_client.rs"}, `use anyhow::Result;

const API_TOKEN: &[u8] = b"‹bytes literal|{random api key}›";

fn main() -> Result<()> {
    std::env::set_var("DATABASE_PASSWORD", "‹argument after a name|{human password}›");
    let cfg = Config { user: "{word}".into(), password: "‹field of a literal|{human password}›".to_string(), token: «expression|None» };
    let key = EncodingKey::from_secret("‹signing key in a call|{human sentence}›".as_ref());
    let c = client.basic_auth("{word}", Some("‹positional password|{pronounceable password}›")).bearer_auth(«expression|&self.token»);
    let secret = «function call|env::var("APP_SECRET")?»;
    #[serde(rename = "«column about secrets|accessToken»")]
    let token: «type annotation|Option<String> = None»;
    match tok { Token::Key(«expression|k») => parse_key(k), _ => bail!("«sentence about secrets|unexpected token»") }
}
`},
		{"c and c++ calls", []template{"usr/src/{word}/net.c", "usr/src/{word}/wifi.cpp"}, `#include <curl/curl.h>

#define WIFI_PASSWORD "‹define with a password|{human password}›"
#define PASSWORD_MAX «number about secrets|64»
#define SECRET_MAGIC «number about secrets|0x5ec2e7»

static const unsigned char key[] = { «bytes of a table|0x63, 0x7c, 0x77, 0x7b, 0xf2, 0x6b, 0x6f, 0xc5» };

int main(void) {
	curl_easy_setopt(h, CURLOPT_USERPWD, "{word}:‹password after a user|{human password}›");
	curl_easy_setopt(h, CURLOPT_PASSWORD, "‹argument after a name|{random api key}›");
	mysql_real_connect(m, "{host}", "{word}", "‹positional password|{pronounceable password}›", "{word}", 0, NULL, 0);
	WiFi.begin("{word}", "‹positional password|{human password}›");
	std::string token = "‹assigned string|{random api key}›";
	if (strcmp(argv[1], "‹compared secret|{human password}›") == 0) unlock();
	setenv("PGPASSWORD", "‹argument after a name|{human password}›", 1);
	char *pw = «function call|getpass("Password: ")»;
	{"password", «expression|required_argument, NULL, 'p'»},
	printf("«sentence about secrets|usage: %s [--password=PASSWORD] [--key-file=FILE]»\n", argv[0]);
	EVP_PKEY *key = «expression|NULL»;
	return token_count == «number about secrets|0»;
}
`},
		{"powershell calls", []template{"app/scripts/{word}.psm1", "app/{Word}.ps1"}, `param([securestring]$Password, [string]$Token = "‹default of a parameter|{random api key}›")
$pw = ConvertTo-SecureString "‹plain text made secure|{human password}›" -AsPlainText -Force
$cred = New-Object PSCredential("{word}", (ConvertTo-SecureString -String '‹plain text made secure|{strong password}›' -AsPlainText -Force))
Connect-Service -Server {host} -User {word} -Password '‹argument of a cmdlet|{pronounceable password}›'
$headers = @{ Authorization = "Bearer ‹bearer header|{random api key}›"; "X-Request" = "«uuid|{uuid}»" }
net user {word} ‹net user|{human password}› /add
$secret = «function call|Get-AzKeyVaultSecret -VaultName {word} -Name db»
cmdkey /add:{host} /user:{word} /pass:‹cmdkey|{human password}›
schtasks /create /tn {word} /tr run.bat /ru {word} /rp ‹schtasks|{random api key}›
Set-ADUser {word} -PasswordNeverExpires «switch about secrets|$true»
$env:AZURE_CLIENT_SECRET = "‹azure client secret|{azure client secret}›"
`},
	}
}

// frameworkFiles are settings in the language of the program.
func frameworkFiles() []document {
	return []document{
		{"json settings of node", []template{"app/ormconfig.json", "app/config/config.json", "app/config/production.json"}, `{
  "production": {
    "username": "{word}",
    "password": "‹property|{human password}›",
    "database": "{word}",
    "host": "{host}",
    "dialect": "mysql",
    "use_env_variable": "«name of a variable|DATABASE_URL»"
  },
  "session": {"secret": ["‹secret in a list|{random key in hex}›", "‹secret in a list|{human sentence}›"], "cookie": {"maxAge": «number about secrets|86400000»}},
  "auth": {"accessTokenTtl": "«duration about secrets|15m»", "jwt": {"privateKeyFile": "«path about secrets|./keys/{word}.pem»", "secretOrKey": "‹jwt secret|{random api key}›"}},
  "mail": {"transport": "smtps://{word}:‹password in url|{human password in url}›@{host}"},
  "apiTokenSalt": "‽salt|{wireguard key}‽"
}
`},
		{"superset and celery", []template{"app/pythonpath/superset_config.py", "app/celeryconfig.py"}, `SECRET_KEY = "‹superset secret key|{random key in base64}›"
SQLALCHEMY_DATABASE_URI = f"postgresql://{word}:‹password in url|{human password in url}›@{host}/{word}"
broker_url = "amqp://{word}:‹password in url|{human password in url}›@{host}//"
CACHE_CONFIG = {"CACHE_TYPE": "RedisCache", "CACHE_KEY_PREFIX": "«cache key|superset_»", "CACHE_REDIS_PASSWORD": "‹password in a dictionary|{human password}›"}
WTF_CSRF_TIME_LIMIT = «number about secrets|604800»
GUEST_TOKEN_JWT_SECRET = "‹jwt secret|{random key in hex}›"
GUEST_TOKEN_HEADER_NAME = "«header about secrets|X-GuestToken»"
AUTH_LDAP_BIND_PASSWORD = "‹ldap bind password|{pronounceable password}›"
MAPBOX_API_KEY = «function call|os.getenv("MAPBOX_API_KEY", "")»
OAUTH_PROVIDERS = [{"name": "google", "token_key": "«column about secrets|access_token»", "remote_app": {"client_id": "«oauth client id|{oauth client id}»", "client_secret": "‹google oauth secret|{google oauth secret}›"}}]
`},
		{"jupyter settings", []template{"root/.jupyter/jupyter_notebook_config.py", "home/jovyan/.jupyter/jupyter_server_config.py"}, `c.NotebookApp.token = '‹jupyter token|{random key in hex}›'
c.NotebookApp.password = '‽password hash|argon2:$argon2id$v=19$m=10240,t=10,p=8${twenty two}${forty three}‽'
c.NotebookApp.password_required = «switch about secrets|True»
c.JupyterHub.cookie_secret_file = '«path about secrets|/srv/jupyterhub/cookie_secret»'
c.ConfigurableHTTPProxy.auth_token = '‹proxy token|{hex64}›'
c.JupyterHub.services = [{'name': '{word}', 'api_token': '‹api token of a service|{trace id}›'}]
c.DummyAuthenticator.password = "‹jupyter password|{human password}›"
c.GitHubOAuthenticator.client_secret = «function call|os.environ['OAUTH_SECRET']»
`},
		{"notebook outputs", []template{"home/jovyan/notes/{Word}.ipynb", "app/notebooks/{word}-final.ipynb"}, `{"cells": [
 {"cell_type": "code", "metadata": {}, "execution_count": {n}, "source": ["import boto3\n", "session = boto3.Session(aws_access_key_id='‹aws access key id|{aws access key id}›',\n", "    aws_secret_access_key='‹aws secret key|{aws secret key}›')\n"],
  "outputs": [{"name": "stdout", "output_type": "stream", "text": ["{'token': '‹token in an output|{random api key}›', 'expires': 3600}\n", "loss: 0.{nnn}\n"]}]},
 {"cell_type": "code", "metadata": {}, "execution_count": {n}, "source": ["%env OPENAI_API_KEY=‹openai project key|{openai project key}›\n", "!pip install --index-url https://{word}:‹password in url|{human password in url}›@{host}/simple {word}\n", "password = «function call|getpass.getpass()»"],
  "outputs": [{"data": {"image/png": "«base64 image|iVBORw0KGgoAAAANSUhEUgAA{long base64}\n»", "text/plain": ["<Figure size 640x480>"]}, "output_type": "display_data", "metadata": {}}]},
 {"cell_type": "code", "metadata": {"id": "«identifier|{twelve}»"}, "source": ["tokenizer = «function call|AutoTokenizer.from_pretrained('bert-base-uncased', use_auth_token=True)»\n", "conn = psycopg2.connect('dbname={word} user={word} password=‹password in dsn|{human password}› host={host}')"], "outputs": []}
], "metadata": {"kernelspec": {"name": "python3"}, "colab": {"provenance": [{"file_id": "«identifier|{thirty three}»"}]}}, "nbformat": 4, "nbformat_minor": 5}
`},
		{"foreign names", []template{"app/config/einstellungen.yml", "srv/{word}/configuracion.yaml", "app/config/parametres.yml"}, `datenbank:
  benutzer: {word}
  passwort: ‹password under a foreign name|{human password}›
  zugangsdaten: {benutzer: {word}, kennwort: "‹password under a foreign name|{pronounceable password}›"}
  passwort_datei: «path about secrets|/run/secrets/{word}»
  schlüssel: ‹key under a foreign name|{random api key}›
base_de_datos:
  usuario: {word}
  contraseña: '‹password under a foreign name|{human password}›'
  clave_secreta: ‹key under a foreign name|{random key in hex}›
  longitud_minima_contraseña: «number about secrets|12»
base:
  utilisateur: {word}
  mot_de_passe: "‹password under a foreign name|{human password}›"
  motDePasse: ‹password under a foreign name|{pronounceable password}›
  clé_api: ‹key under a foreign name|{random api key}›
  message: «sentence about secrets|Mot de passe oublié ou expiré»
banco: {usuario: {word}, senha: "‹password under a foreign name|{human password}›", senha_expira: «number about secrets|90»}
база: {пользователь: {word}, пароль: "‹password under a foreign name|{human password}›"}
数据库: {用户: {word}, 密码: "‹password under a foreign name|{pronounceable password}›"}
データベース: {パスワード: "‹password under a foreign name|{human password}›", 説明: "«sentence about secrets|パスワードを入力してください»"}
baza: {uzytkownik: {word}, haslo: "‹password under a foreign name|{human password}›", haslo_min_dlugosc: «number about secrets|8»}
`},
		{"hardhat", []template{"app/hardhat.config.js", "app/truffle-config.js"}, `module.exports = {
  networks: {
    mainnet: {
      url: "https://eth-mainnet.g.alchemy.com/v2/‽key in path|{alchemy key}‽",
      accounts: ["‹ethereum private key|{ethereum private key}›"],
    },
    goerli: { accounts: { mnemonic: "‹seed phrase|{seed phrase}›" } },
    local: { accounts: «expression|[process.env.PRIVATE_KEY]» },
  },
  etherscan: { apiKey: "‹etherscan key|{etherscan key}›" },
  token: "«ethereum address|{ethereum address}»",
  codeHash: "«sha256 digest|0x{hex64}»",
};
`},
	}
}

// trafficFiles are what programs wrote down of what they sent, and what people
// wrote down of how to send it.
func trafficFiles() []document {
	return []document{
		{"postman collection", []template{"app/postman/{word}.postman_collection.json", "srv/{word}/insomnia.json"}, `{"info": {"_postman_id": "«uuid|{uuid}»", "name": "{word}"},
 "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "‹bearer in a collection|{hmac json web token}›", "type": "string"}]},
 "item": [{"name": "login", "request": {"method": "POST",
   "auth": {"type": "basic", "basic": [{"key": "password", "value": "‹password in a collection|{human password}›"}, {"key": "username", "value": "{word}"}]},
   "header": [{"key": "X-Api-Key", "value": "‹header in a collection|{random api key}›"}, {"key": "Authorization", "value": "«template reference|Bearer {{access_token}}»"}],
   "body": {"mode": "raw", "raw": "{\"email\":\"{word}@{word}.com\",\"password\":\"‹password in a body|{pronounceable password}›\"}"},
   "url": {"raw": "https://{host}/v1?api_key=‹key in a query|{random api key}›", "query": [{"key": "signature_version", "value": "«number about secrets|4»"}]}}}],
 "variable": [{"key": "client_secret", "value": "‹variable of a collection|{random api key}›"}, {"key": "token", "value": ""}]}
`},
		{"har", []template{"srv/{word}/{word}.har", "tmp/{word}.har"}, `{"log": {"version": "1.2", "entries": [{"request": {"method": "POST", "url": "https://{host}/oauth/token",
  "headers": [{"name": "Authorization", "value": "Basic ‹basic header|{basic}›"}, {"name": "X-CSRF-Token", "value": "‽csrf token|{url key}‽"}, {"name": "If-None-Match", "value": "«md5 digest|W/\"{trace id}\"»"}],
  "cookies": [{"name": "theme", "value": "dark"}, {"name": "_ga", "value": "«analytics id|GA1.2.{nnn}{nnn}{nnn}.17{nnn}{nnn}»"}],
  "postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "client_secret", "value": "‹form value in har|{random api key}›"}, {"name": "password", "value": "‹form value in har|{human password}›"}, {"name": "grant_type", "value": "«choice about secrets|password»"}]}},
 "response": {"content": {"text": "{\"access_token\":\"‹token in a response|{rsa json web token}›\",\"refresh_token\":\"‹token in a response|{url key}›\",\"scope\":\"«list about secrets|openid profile»\"}"}, "headers": [{"name": "x-amz-request-id", "value": "«identifier|{sixteen upper}»"}, {"name": "etag", "value": "\"«md5 digest|{trace id}»\""}]}}]}}
`},
		{"leaky log", []template{"var/log/{word}/debug.log", "srv/{word}/logs/{word}.out", "root/.npm/_logs/{date}-debug-0.log"}, `{date}T10:00:01.{nnn}Z DEBUG o.a.h.wire >> "Authorization: Bearer ‹bearer header|{random api key}›[\r][\n]"
{date} 10:00:02 INFO  Starting with args: [--db.password=‹argument in a log|{human password}›, --server.port=8080]
{date} 10:00:03 DEBUG headers={x-api-key=[‹header in a log|{random api key}›], accept=[*/*]}
{date} 10:00:04 ERROR Access denied for user '{word}'@'{host}' (using password: «switch about secrets|YES»)
{date} 10:00:05 TRACE binding parameter [1] as [VARCHAR] - [«word|{word}»]
{date} 10:00:06 INFO Connecting to redis://:‹redis password|{random api key}›@{host}:6379
{date} 10:00:07 DEBUG User(id={n}, name={word}, password=‹field in a log|{human password}›, active=true)
{date} 10:00:08 INFO token refreshed, expires in «number about secrets|3600» seconds, jti=«uuid|{uuid}»
{date} 10:00:09 WARN password for {word} expires in «number about secrets|7» days
{date} 10:00:10 DEBUG curl -X POST -d '{"username":"{word}","password":"‹password in a body|{human password}›"}' https://{host}/login
{date} 10:00:11 INFO generated root password: ‹generated password in a log|{twelve}›
{date} 10:00:12 [Note] A temporary password is generated for root@localhost: ‹generated password in a log|{mysql generated}›
{date} 10:00:13 npm verb stack Error: 401 token=«placeholder word|[REDACTED]»
{date} 10:00:14 INFO cache key=«cache key|user:{nnn}:token» hit
{date} 10:00:15 DEBUG env DB_PASSWORD=«placeholder word|******» APP_KEY=«placeholder word|<hidden>»
{date} 10:00:16 INFO session=«trace id|{trace id}» commit=«git commit|{hex40}»
`},
		{"guide with examples", []template{"app/INSTALL.md", "usr/share/{word}/HOWTO.rst", "srv/{word}/wiki/Setup.md"}, `# Setup of {word}

Log in at https://{host} as ` + "`{word}` with the password `‹password in prose|{human password}›`" + `.

    curl -u {word}:‹curl -u|{human password}› https://{host}/api
    curl --` + `user '{word}:‹curl --user|{pronounceable password}›' -H "X-Token: «placeholder word|<TOKEN>»" https://{host}
    http POST {host}/login password=‹httpie argument|{human password}›
    wget --header="Authorization: token ‹github personal token|{github personal token}›" https://{host}
    mongo "mongodb://{word}:‹password in url|{human password in url}›@{host}/admin"
    docker run -e MYSQL_ROOT_PASSWORD=«placeholder word|my-secret-pw» -d mysql
    export API_KEY=«placeholder word|your-key-here»
    psql "postgresql://«placeholder in url|user:password@localhost:5432/mydb»"

| user | password |
|------|----------|
| {word} | ‹password in a table|{human password}› |
| guest | «sentence about secrets|ask the operator» |

VPN pre-shared key: ‹key in prose|{random api key}›
Passwort: ‹password in prose|{human password}›
Set ` + "`api_key`" + ` to «sentence about secrets|the key you were given; the token expires after 30 days».
`},
		{"mail and chat", []template{"srv/{word}/mail/{word}.eml", "srv/{word}/export/{word}.txt"}, `From: {word}@{word}.org
Message-ID: <«identifier|{trace id}»@{host}>
DKIM-Signature: v=1; a=rsa-sha256; bh=«digest|{wireguard key}»; b=«signature|{influx token}»
Subject: access

Hi {Word},
the credentials are
user: {word}
pass: ‹password in a mail|{human password}›
and the token for the API is ‹gitlab personal token|{gitlab personal token}› (valid until {date}).
pw for the wiki = ‹password in a mail|{pronounceable password}›
Please change your password: https://{host}/reset?token=‽reset token|{url key}‽
Your ticket: «identifier|{uuid}»
`},
	}
}
