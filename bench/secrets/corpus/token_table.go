package corpus

import "strings"

// tokens are tokens of issuers, by the issuer's description of the format.
func tokens() []kind {
	return append(append(append(sourceForges(), clouds()...), services()...), lettersAndMoney()...)
}

// sourceForges are hosts of source code and packages, and build services.
func sourceForges() []kind {
	return []kind{
		{"github personal token", checksummed("gh" + "p_"), "github_token gh_token github_pat"},
		{"github oauth token", checksummed("gh" + "o_"), "github_oauth_token gh_oauth"},
		{"github app user token", checksummed("gh" + "u_"), "github_user_token"},
		{"github installation token", checksummed("gh" + "s_"), "github_app_token installation_token"},
		{"github refresh token", checksummed("gh" + "r_"), "github_refresh_token"},
		{"github fine-grained token", joined("_", prefixed("github_"+"pat_11", upperNum+lower, 20), random(alnum, 59)), "github_token gh_pat"},
		{"gitlab personal token", prefixed("gl"+"pat-", urlSafe, 20), "gitlab_token gitlab_pat ci_job_pat"},
		{"gitlab deploy token", prefixed("gl"+"dt-", urlSafe, 20), "gitlab_deploy_token ci_deploy_password"},
		{"gitlab runner token", prefixed("gl"+"rt-", urlSafe, 20), "runner_token ci_server_token"},
		{"gitlab trigger token", prefixed("gl"+"ptt-", lowerHex, 40), "gitlab_trigger_token"},
		{"bitbucket app password", joined("", prefixed("ATBB", alnum, 24), random(upperHex, 8)), "bitbucket_app_password"},
		{"atlassian api token", atlassian, "jira_api_token confluence_token atlassian_token"},
		{"npm token", checksummed("npm" + "_"), "npm_token node_auth_token"},
		{"pypi token", pypi, "pypi_token twine_password"},
		{"rubygems key", prefixed("rubygems"+"_", lowerHex, 48), "rubygems_api_key gem_host_api_key"},
		{"crates.io token", prefixed("cio", alnum, 32), "cargo_registry_token crates_io_token"},
		{"nuget key", prefixed("oy2", lowerNum, 43), "nuget_api_key"},
		{"clojars token", prefixed("CLOJARS"+"_", lowerHex, 60), "clojars_token clojars_password"},
		{"docker hub token", prefixed("dckr"+"_pat_", urlSafe, 27), "dockerhub_token docker_password"},
		{"artifactory key", prefixed("AKC"+"p", alnum, 69), "artifactory_api_key jfrog_api_key"},
		{"circleci token", joined("_", prefixed("CCIPAT_", alnum, 22), random(lowerHex, 40)), "circleci_token circle_token"},
		{"buildkite token", prefixed("bkua"+"_", lowerHex, 40), "buildkite_api_token"},
		{"sonarqube token", prefixed("squ"+"_", lowerHex, 40), "sonar_token sonarqube_token"},
		{"sourcegraph token", joined("_", prefixed("sgp"+"_", lowerHex, 16), random(lowerHex, 40)), "sourcegraph_token src_access_token"},
		{"terraform cloud token", joined(".", random(alnum, 14), prefixed("atlasv1.", urlSafe, 67)), "tfe_token terraform_cloud_token"},
		{"pulumi token", prefixed("pul-", lowerHex, 40), "pulumi_access_token"},
		{"octopus deploy key", prefixed("API-", upperNum, 26), "octopus_api_key"},
		{"snyk token", uuid, "snyk_token"},
		{"harness token", joined(".", prefixed("pat.", alnum, 22), random(lowerHex, 24), random(alnum, 20)), "harness_api_key"},
		{"postman key", joined("-", prefixed("PMAK-", lowerHex, 24), random(lowerHex, 34)), "postman_api_key"},
		{"infracost key", prefixed("ico-", alnum, 32), "infracost_api_key"},
	}
}

// clouds are cloud providers.
func clouds() []kind {
	return []kind{
		{"aws access key id", awsKeyID("AK" + "IA"), "aws_access_key_id aws_access_key"},
		{"aws session key id", awsKeyID("AS" + "IA"), "aws_access_key_id"},
		{"aws secret key", random(base64Set, 40), "aws_secret_access_key aws_secret_key"},
		{"google api key", prefixed("AI"+"za", urlSafe, 35), "google_api_key gcp_api_key gemini_api_key"},
		{"google oauth secret", prefixed("GOC"+"SPX-", urlSafe, 28), "google_client_secret oauth_client_secret"},
		{"google refresh token", prefixed("1//0", urlSafe, 60), "google_refresh_token refresh_token"},
		{"google access token", prefixed("ya29.", urlSafe, 130), "google_access_token access_token"},
		{"azure client secret", azureSecret, "azure_client_secret arm_client_secret"},
		{"azure storage key", azureStorage, "azure_storage_key azure_storage_account_key"},
		{"azure devops token", joined("AZDO", random(alnum, 76), random(alnum, 4)), "azure_devops_token azure_devops_ext_pat"},
		{"azure functions key", joined("AzFu", random(urlSafe, 44), func(s *source) string { return s.of(urlSafe, 5) + s.of("AQgw", 1) + "==" }), "azure_function_key functions_key"},
		{"digitalocean token", prefixed("dop"+"_v1_", lowerHex, 64), "digitalocean_token do_token"},
		{"heroku key", uuid, "heroku_api_key"},
		{"heroku token", prefixed("HRKU-AA", urlSafe, 58), "heroku_api_key heroku_token"},
		{"cloudflare token", random(urlSafe, 40), "cloudflare_api_token cf_api_token"},
		{"cloudflare origin key", joined("-", prefixed("v1.0-", lowerHex, 24), random(lowerHex, 146)), "cloudflare_origin_ca_key"},
		{"fastly token", random(urlSafe, 32), "fastly_api_token fastly_api_key"},
		{"netlify token", prefixed("nfp"+"_", alnum, 36), "netlify_auth_token"},
		{"fly.io token", func(s *source) string { return "fm2_" + s.base64(120) }, "fly_api_token fly_access_token"},
		{"supabase token", prefixed("sbp"+"_", lowerHex, 40), "supabase_access_token"},
		{"planetscale password", prefixed("pscale"+"_pw_", urlSafe, 43), "planetscale_password database_password"},
		{"planetscale token", prefixed("pscale"+"_tkn_", urlSafe, 43), "planetscale_service_token"},
		{"alibaba key id", prefixed("LT"+"AI5t", alnum, 18), "alibaba_access_key_id aliyun_access_key"},
		{"alibaba secret", random(alnum, 30), "alibaba_secret_key aliyun_access_key_secret"},
		{"tencent secret id", prefixed("AK"+"ID", alnum, 32), "tencentcloud_secret_id"},
		{"tencent secret key", random(alnum, 32), "tencentcloud_secret_key"},
		{"yandex key", prefixed("AQ"+"VN", urlSafe, 36), "yandex_api_key yc_api_key"},
		{"ibm cloud key", random(urlSafe, 44), "ibmcloud_api_key ibm_api_key"},
		{"scalingo token", prefixed("tk-us-", urlSafe, 48), "scalingo_api_token"},
		{"vault service token", prefixed("hv"+"s.CAES", urlSafe, 90), "vault_token"},
		{"vault batch token", prefixed("hv"+"b.AAAAAQ", urlSafe, 150), "vault_token"},
		{"consul token", uuid, "consul_http_token"},
		{"doppler token", prefixed("dp"+".pt.", alnum, 43), "doppler_token"},
		{"databricks token", prefixed("dap"+"i", lowerHex, 32), "databricks_token"},
		{"1password service token", func(s *source) string { return "ops_eyJ" + s.base64url(250) }, "op_service_account_token"},
		{"age key", func(s *source) string { return "AGE-SECRET-KEY-" + "1" + strings.ToUpper(s.of(bech32Set, 58)) }, "sops_age_key age_key"},
		{"tailscale key", joined("CNTRL-", prefixed("tskey"+"-auth-k", alnum, 6), random(alnum, 32)), "tailscale_auth_key ts_authkey"},
		{"ngrok token", joined("_", prefixed("2", alnum, 26), random(alnum, 21)), "ngrok_authtoken"},
		{"prefect key", prefixed("pnu"+"_", lowerNum+upper, 36), "prefect_api_key"},
		{"wireguard key", func(s *source) string { return s.base64(32) }, "wireguard_private_key wg_private_key"},
	}
}

// services are language models, monitoring and collaboration.
func services() []kind {
	return []kind{
		{"openai key", joined("T3"+"BlbkFJ", prefixed("sk-", alnum, 20), random(alnum, 20)), "openai_api_key"},
		{"openai project key", joined("T3"+"BlbkFJ", prefixed("sk-proj-", urlSafe, 74), random(urlSafe, 74)), "openai_api_key openai_key"},
		{"anthropic key", func(s *source) string { return "sk-ant-" + "api03-" + s.of(urlSafe, 93) + "AA" }, "anthropic_api_key claude_api_key"},
		{"hugging face token", prefixed("hf"+"_", upper+lower, 34), "hf_token huggingface_token"},
		{"replicate token", prefixed("r8"+"_", alnum, 37), "replicate_api_token"},
		{"groq key", prefixed("gsk"+"_", alnum, 52), "groq_api_key"},
		{"perplexity key", prefixed("pplx-", alnum, 48), "perplexity_api_key"},
		{"xai key", prefixed("xai-", alnum, 80), "xai_api_key"},
		{"langsmith key", joined("_", prefixed("lsv2_"+"pt_", lowerHex, 32), random(lowerHex, 10)), "langsmith_api_key langchain_api_key"},
		{"pinecone key", joined("_", prefixed("pc"+"sk_", alnum, 6), random(alnum, 63)), "pinecone_api_key"},
		{"cohere key", random(alnum, 40), "cohere_api_key co_api_key"},
		{"slack bot token", joined("-", prefixed("xo"+"xb-", digits[1:], 12), random(digits[1:], 13), random(alnum, 24)), "slack_bot_token slack_token"},
		{"slack user token", joined("-", prefixed("xo"+"xp-", digits[1:], 12), random(digits[1:], 12), random(digits[1:], 13), random(lowerHex, 32)), "slack_token slack_user_token"},
		{"slack app token", joined("-", prefixed("xa"+"pp-1-A", upperNum, 10), random(digits[1:], 13), random(lowerHex, 64)), "slack_app_token"},
		{"slack webhook", func(s *source) string {
			return "https://hooks.slack.com/" + "services/T" + s.of(upperNum, 10) + "/B" + s.of(upperNum, 10) + "/" + s.of(alnum, 24)
		}, "slack_webhook_url slack_webhook"},
		{"discord bot token", discord, "discord_token discord_bot_token"},
		{"discord webhook", func(s *source) string {
			return "https://discord.com/api/" + "webhooks/1" + s.of(digits, 18) + "/" + s.of(urlSafe, 68)
		}, "discord_webhook_url"},
		{"teams webhook", func(s *source) string {
			return "https://" + s.word() + ".webhook.office.com/webhookb2/" + s.uuid() + "@" + s.uuid() + "/IncomingWebhook/" + s.hex(32) + "/" + s.uuid()
		}, "teams_webhook_url"},
		{"telegram bot token", joined(":AA", random(digits[1:], 10), random(urlSafe, 33)), "telegram_bot_token telegram_token"},
		{"datadog api key", random(lowerHex, 32), "datadog_api_key dd_api_key"},
		{"datadog app key", random(lowerHex, 40), "datadog_app_key dd_app_key"},
		{"new relic key", prefixed("NRAK-", upperNum, 27), "new_relic_api_key newrelic_user_key"},
		{"new relic licence key", func(s *source) string { return s.hex(36) + "NRAL" }, "new_relic_license_key"},
		{"grafana service token", grafana, "grafana_token grafana_service_account_token"},
		{"grafana cloud token", func(s *source) string { return "glc_eyJ" + s.base64url(96) }, "grafana_cloud_token"},
		{"sentry auth token", prefixed("sntryu"+"_", lowerHex, 64), "sentry_auth_token"},
		{"dynatrace token", joined(".", prefixed("dt0"+"c01.", upper+"234567", 24), random(upper+"234567", 64)), "dynatrace_api_token dt_api_token"},
		{"honeycomb key", prefixed("hca"+"ik_01", lowerNum, 56), "honeycomb_api_key"},
		{"pagerduty key", prefixed("u+", alnum+"-_", 18), "pagerduty_api_key pagerduty_token"},
		{"launchdarkly key", func(s *source) string { return "sdk-" + s.uuid() }, "launchdarkly_sdk_key ld_sdk_key"},
		{"rollbar token", random(lowerHex, 32), "rollbar_access_token"},
		{"algolia admin key", random(lowerHex, 32), "algolia_admin_key algolia_api_key"},
		{"linear key", prefixed("lin"+"_api_", alnum, 40), "linear_api_key"},
		{"notion token", prefixed("ntn"+"_", alnum, 46), "notion_token notion_api_key"},
		{"airtable token", joined(".", prefixed("pat", alnum, 14), random(lowerHex, 64)), "airtable_api_key airtable_token"},
		{"asana token", joined(":", func(s *source) string { return "2/" + s.of(digits[1:], 16) + "/" + s.of(digits[1:], 16) }, random(lowerHex, 32)), "asana_access_token"},
		{"figma token", prefixed("fig"+"d_", urlSafe, 40), "figma_token figma_access_token"},
		{"contentful token", prefixed("CFPAT-", urlSafe, 43), "contentful_management_token"},
		{"readme key", prefixed("rdme"+"_", lowerNum, 70), "readme_api_key"},
		{"typeform token", prefixed("tfp"+"_", urlSafe, 59), "typeform_token"},
		{"okta token", prefixed("00", urlSafe, 40), "okta_api_token okta_token"},
		{"auth0 secret", random(urlSafe, 64), "auth0_client_secret"},
		{"mapbox secret token", func(s *source) string { return "sk.eyJ1Ijoi" + s.base64url(60) + "." + s.of(urlSafe, 22) }, "mapbox_secret_token mapbox_access_token"},
		{"dropbox token", prefixed("sl.B", urlSafe, 134), "dropbox_access_token"},
		{"adafruit key", prefixed("aio"+"_", alnum, 28), "adafruit_io_key aio_key"},
		{"facebook app secret", random(lowerHex, 32), "facebook_app_secret fb_app_secret"},
		{"facebook access token", prefixed("EAAG", alnum, 160), "facebook_access_token fb_page_token"},
		{"twitter consumer secret", random(alnum, 50), "twitter_consumer_secret twitter_api_secret"},
		{"twitter bearer token", func(s *source) string { return "AAAAAAAAAAAAAAAAAAAAA" + s.of(alnum, 20) + "%3D" + s.of(alnum, 45) }, "twitter_bearer_token"},
		{"twitch secret", random(lowerNum, 30), "twitch_client_secret"},
		{"spotify secret", random(lowerHex, 32), "spotify_client_secret"},
		{"adobe secret", prefixed("p8e-", urlSafe, 32), "adobe_client_secret"},
		{"salesforce token", joined("!", prefixed("00D", alnum, 15), random(alnum+"._", 96)), "salesforce_access_token sf_session_id"},
	}
}

// lettersAndMoney are mail, telephone and payment services.
func lettersAndMoney() []kind {
	return []kind{
		{"stripe secret key", prefixed("sk"+"_live_", alnum, 24), "stripe_secret_key stripe_api_key"},
		{"stripe long secret key", prefixed("sk"+"_live_51", alnum, 99), "stripe_secret_key"},
		{"stripe restricted key", prefixed("rk"+"_live_", alnum, 24), "stripe_restricted_key"},
		{"stripe webhook secret", prefixed("wh"+"sec_", alnum, 32), "stripe_webhook_secret"},
		{"square token", prefixed("EAAA", urlSafe, 60), "square_access_token"},
		{"square oauth secret", prefixed("sq0"+"csp-", urlSafe, 43), "square_application_secret"},
		{"braintree token", func(s *source) string {
			return "access_token$" + "production$" + s.of(lowerNum, 16) + "$" + s.hex(32)
		}, "braintree_access_token"},
		{"plaid secret", random(lowerHex, 30), "plaid_secret"},
		{"flutterwave key", func(s *source) string { return "FLWSECK-" + s.hex(32) + "-X" }, "flutterwave_secret_key flw_secret_key"},
		{"paystack key", prefixed("sk"+"_live_", lowerHex, 40), "paystack_secret_key"},
		{"razorpay secret", random(alnum, 24), "razorpay_key_secret"},
		{"coinbase secret", random(urlSafe, 64), "coinbase_api_secret"},
		{"shopify access token", prefixed("shp"+"at_", lowerHex, 32), "shopify_access_token shopify_admin_token"},
		{"shopify shared secret", prefixed("shp"+"ss_", lowerHex, 32), "shopify_api_secret"},
		{"easypost key", prefixed("EZ"+"AK", alnum, 54), "easypost_api_key"},
		{"shippo token", prefixed("shippo"+"_live_", lowerHex, 40), "shippo_api_token"},
		{"lob key", prefixed("live"+"_", lowerHex, 35), "lob_api_key"},
		{"duffel token", prefixed("duffel"+"_live_", urlSafe, 43), "duffel_access_token"},
		{"sendgrid key", joined(".", prefixed("SG.", urlSafe, 22), random(urlSafe, 43)), "sendgrid_api_key"},
		{"mailgun key", joined("-", random(lowerHex, 32), random(lowerHex, 8), random(lowerHex, 8)), "mailgun_api_key"},
		{"mailgun old key", prefixed("key-", lowerHex, 32), "mailgun_api_key mailgun_key"},
		{"mailchimp key", joined("-us", random(lowerHex, 32), random("123456789", 1)), "mailchimp_api_key"},
		{"brevo key", joined("-", prefixed("xkey"+"sib-", lowerHex, 64), random(alnum, 16)), "brevo_api_key sendinblue_api_key"},
		{"postmark token", uuid, "postmark_server_token postmark_api_token"},
		{"resend key", joined("_", prefixed("re_", alnum, 8), random(alnum, 24)), "resend_api_key"},
		{"mailjet secret", random(lowerHex, 32), "mailjet_secret_key mj_apikey_private"},
		{"twilio auth token", random(lowerHex, 32), "twilio_auth_token"},
		{"vonage secret", random(alnum, 16), "vonage_api_secret nexmo_api_secret"},
		{"messagebird key", random(alnum, 25), "messagebird_access_key messagebird_api_key"},
		{"hubspot token", func(s *source) string { return "pat-na1-" + s.uuid() }, "hubspot_access_token hubspot_token"},
		{"intercom token", intercom, "intercom_access_token"},
		{"zendesk token", random(alnum, 40), "zendesk_api_token"},
		{"woocommerce secret", prefixed("cs"+"_", lowerHex, 40), "woocommerce_consumer_secret"},
		{"typesense key", random(alnum, 32), "typesense_api_key"},
		{"firebase server key", func(s *source) string { return "AAAA" + s.of(urlSafe, 7) + ":APA91b" + s.of(urlSafe, 134) }, "fcm_server_key firebase_server_key"},
	}
}
