package corpus

// heldOutSyntaxes are kinds of files that can hold any setting, none of which
// syntax_table.go has.
func heldOutSyntaxes() []syntax {
	return append(heldOutConfiguration(), heldOutSources()...)
}

func heldOutConfiguration() []syntax {
	return []syntax{
		{
			kind: "compose list", paths: []template{"app/docker-compose.prod.yml", "srv/{word}/stack.yml"},
			head: "version: \"3.8\"\nservices:\n  {word}:\n    image: {host}/{word}:{version}\n    environment:\n", tail: "\n    networks: [{word}]\n    deploy: {replicas: {n}}\n", key: screaming,
			forms: []template{"      - KEY=VALUE", "      - KEY=VALUE", `      - "KEY=VALUE"`}, filler: []template{"      - TZ=UTC", "      - PUID={nnn}"},
		}, {
			kind: "hocon", paths: []template{"app/conf/application.conf", "opt/{word}/conf/{word}.conf"},
			head: "include \"defaults\"\n{word} {\n", tail: "\n}\nakka.loglevel = INFO\n", key: kebab, quote: inJSON,
			forms: []template{`  KEY = "VALUE"`, `  KEY: "VALUE"`, `  {word}.KEY="VALUE"`, `  {word} { KEY = "VALUE" }`}, filler: []template{"  # {word}", "  pool = {n}", "  timeout = 30s"},
		}, {
			kind: "edn", paths: []template{"app/resources/config.edn", "srv/{word}/profiles.clj"},
			head: "{:{word} {:port 3000\n", tail: "}}\n", key: kebab, quote: inJSON, forms: []template{`  :KEY "VALUE"`, `  :{word}/KEY "VALUE"`}, filler: []template{"  ;; {word}", "  :pool {n}"},
		}, {
			kind: "nix", paths: []template{"etc/nixos/{word}.nix"}, head: "{ config, pkgs, ... }:\n{\n  services.{word} = {\n    enable = true;\n", tail: "\n  };\n}\n", key: camel, quote: inJSON,
			forms: []template{`    KEY = "VALUE";`, `    settings.KEY = "VALUE";`}, filler: []template{"    port = {nnn};", "    # {word}"},
		}, {
			kind: "property list", paths: []template{"app/{Word}/Info.plist", "srv/{word}/Config.plist"},
			head: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n<dict>\n", tail: "\n</dict>\n</plist>\n", key: pascal, quote: inXML,
			forms: []template{"\t<key>KEY</key>\n\t<string>VALUE</string>"}, filler: []template{"\t<key>CFBundleVersion</key>\n\t<string>{version}</string>", "\t<key>UIRequiresFullScreen</key>\n\t<true/>"},
		}, {
			kind: "android strings", paths: []template{"app/src/main/res/values/secrets.xml", "app/src/main/res/values/strings.xml"},
			head: "<resources>\n    <string name=\"app_name\">{Word}</string>\n", tail: "\n</resources>\n", quote: inXML,
			forms: []template{`    <string name="KEY">VALUE</string>`, `    <string name="KEY" translatable="false">VALUE</string>`}, filler: []template{`    <string name="title">{Word}</string>`},
		}, {
			kind: "jsonnet", paths: []template{"app/deploy/{word}.jsonnet", "srv/{word}/environments/main.libsonnet"}, head: "local k = import 'k.libsonnet';\n{\n  _config+:: {\n", tail: "\n  },\n}\n", key: camel, quote: inJSON,
			forms: []template{`    KEY: "VALUE",`, "    'KEY': \"VALUE\","}, filler: []template{"    replicas: {n},", "    // {word}"},
		}, {
			kind: "task definition", paths: []template{"app/task-definition.json", "srv/{word}/ecs/{word}.json"}, head: "{\n  \"family\": \"{word}\",\n  \"containerDefinitions\": [{\n    \"name\": \"{word}\",\n    \"environment\": [\n",
			tail: "\n    ]\n  }]\n}\n", between: ",\n", key: screaming, quote: inJSON, forms: []template{`      {"name": "KEY", "value": "VALUE"}`, `      {"value": "VALUE", "name": "KEY"}`}, filler: []template{`      {"name": "TZ", "value": "UTC"}`},
		}, {
			kind: "cloudformation parameters", paths: []template{"app/cfn/{word}-params.json"}, head: "[\n", tail: "\n]\n", between: ",\n", key: pascal, quote: inJSON,
			forms: []template{`  {"ParameterKey": "KEY", "ParameterValue": "VALUE"}`, "  {\n    \"ParameterKey\": \"KEY\",\n    \"ParameterValue\": \"VALUE\"\n  }"}, filler: []template{`  {"ParameterKey": "InstanceType", "ParameterValue": "t3.small"}`},
		}, {
			kind: "inspect output", paths: []template{"srv/{word}/inspect.json", "root/{word}-inspect.txt"}, head: "[{\"Id\": \"sha256:{hex64}\", \"Config\": {\"User\": \"app\", \"Env\": [\n", tail: "\n    ], \"WorkingDir\": \"/srv\"}}]\n", between: ",\n", key: screaming, quote: inJSON,
			forms: []template{`      "KEY=VALUE"`}, filler: []template{`      "PATH=/usr/local/bin:/usr/bin"`, `      "LANG=C.UTF-8"`},
		}, {
			kind: "pipeline variables", paths: []template{"app/azure-pipelines.yml", "srv/{word}/.azure/deploy.yml"}, head: "trigger:\n- main\npool:\n  vmImage: ubuntu-latest\nvariables:\n", tail: "\nsteps:\n- script: make\n", quote: inJSON, key: camel,
			forms: []template{"- name: KEY\n  value: \"VALUE\"", "- name: KEY\n  value: 'VALUE'"}, filler: []template{"- name: buildConfiguration\n  value: Release"},
		}, {
			kind: "postman environment", paths: []template{"app/postman/{word}.postman_environment.json"}, head: "{\n  \"name\": \"{word}\",\n  \"values\": [\n", tail: "\n  ],\n  \"_postman_variable_scope\": \"environment\"\n}\n", between: ",\n", quote: inJSON,
			forms: []template{"    {\n      \"key\": \"KEY\",\n      \"value\": \"VALUE\",\n      \"type\": \"secret\",\n      \"enabled\": true\n    }", `    {"key": "KEY", "value": "VALUE", "enabled": true}`}, filler: []template{`    {"key": "base_url", "value": "https://{host}", "enabled": true}`},
		}, {
			kind: "app manifest", paths: []template{"app/app.json"}, head: "{\n  \"name\": \"{word}\",\n  \"env\": {\n", tail: "\n  }\n}\n", between: ",\n", quote: inJSON, key: screaming,
			forms: []template{"    \"KEY\": {\n      \"description\": \"used by {word}\",\n      \"value\": \"VALUE\"\n    }"}, filler: []template{`    "WEB_CONCURRENCY": {"value": "{n}"}`},
		}, {
			kind: "makefile", paths: []template{"app/Makefile", "srv/{word}/config.mk"}, head: ".PHONY: all deploy\n", tail: "\n\ndeploy:\n\t./deploy.sh $(ENV)\n", key: screaming,
			forms: []template{"KEY := VALUE", "KEY ?= VALUE", "export KEY = VALUE"}, filler: []template{"# {word}", "ENV := prod"},
		}, {
			kind: "csh and fish", paths: []template{"root/.cshrc", "home/{word}/.config/fish/config.fish"}, head: "# shell of {word}\n", tail: "\n", key: screaming,
			forms: []template{"setenv KEY VALUE", `set -gx KEY "VALUE"`, "set -x KEY 'VALUE'", "setenv KEY \"VALUE\""}, filler: []template{"alias ll 'ls -l'", "# {word}"},
		}, {
			kind: "declared environment", paths: []template{"tmp/env.txt", "srv/{word}/env.dump"}, head: "declare -x HOME=\"/root\"\ndeclare -x LANG=\"C.UTF-8\"\n", tail: "\ndeclare -x SHLVL=\"{n}\"\n", key: screaming, quote: inJSON,
			forms: []template{`declare -x KEY="VALUE"`}, filler: []template{`declare -x HOSTNAME="{hex8}"`},
		},
	}
}

func heldOutSources() []syntax {
	return []syntax{
		{
			kind: "r script", paths: []template{"srv/{word}/analysis.R", "home/rstudio/{word}.R"}, head: "library(DBI)\n\n", tail: "\n\nsummary({word})\n", quote: inJSON,
			forms: []template{`KEY <- "VALUE"`, `Sys.setenv(KEY = "VALUE")`, `options({word}.KEY = "VALUE")`}, filler: []template{"# {word}", "{word} <- {n}"},
		}, {
			kind: "dart", paths: []template{"app/lib/{word}.dart", "app/lib/config/{word}_config.dart"}, head: "import 'package:flutter/material.dart';\n\nclass {Word}Config {\n", tail: "\n}\n", key: camel, quote: inJSON,
			forms: []template{`  static const String KEY = "VALUE";`, `  final KEY = "VALUE";`, `  const KEY = "VALUE";`}, filler: []template{"  // {word}", "  static const timeout = {n};"},
		}, {
			kind: "scala", paths: []template{"app/src/main/scala/{Word}.scala"}, head: "package {word}\n\nobject {Word} {\n", tail: "\n}\n", key: camel, quote: inJSON,
			forms: []template{`  val KEY = "VALUE"`, `  private val KEY: String = "VALUE"`, `  def KEY: String = """VALUE"""`}, filler: []template{"  // {word}", "  val workers = {n}"},
		}, {
			kind: "objective-c", paths: []template{"app/{Word}/{Word}API.m"}, head: "#import \"{Word}API.h\"\n\n", tail: "\n\n@implementation {Word}API\n@end\n", key: pascal, quote: inJSON,
			forms: []template{`static NSString *const kKEY = @"VALUE";`, `#define kKEY @"VALUE"`, `NSString * const {Word}KEY = @"VALUE";`}, filler: []template{"// {word}"},
		}, {
			kind: "process manager", paths: []template{"app/ecosystem.config.js", "srv/{word}/pm2.config.cjs"}, head: "module.exports = {\n  apps: [{\n    name: '{word}',\n    script: 'dist/index.js',\n    env_production: {\n", tail: "\n    },\n  }],\n};\n", key: screaming, quote: inJSON,
			forms: []template{`      KEY: "VALUE",`, `      "KEY": "VALUE",`}, filler: []template{"      NODE_ENV: 'production',", "      PORT: {nnn}0,"},
		}, {
			kind: "erlang terms", paths: []template{"opt/{word}/releases/{version}/sys.config", "etc/{word}/advanced.config"}, head: "[{kernel, [{logger_level, info}]},\n {{word}, [\n", tail: "\n ]}].\n", between: ",\n", quote: inJSON,
			forms: []template{`  {KEY, "VALUE"}`, `  {KEY, <<"VALUE">>}`}, filler: []template{"  {pool_size, {n}}"},
		}, {
			kind: "jenkinsfile", paths: []template{"app/Jenkinsfile"}, head: "pipeline {\n  agent any\n  environment {\n", tail: "\n  }\n  stages {\n    stage('build') { steps { sh 'make' } }\n  }\n}\n", key: screaming, quote: inJSON,
			forms: []template{`    KEY = "VALUE"`}, filler: []template{"    CI = 'true'"},
		}, {
			kind: "visual basic", paths: []template{"app/scripts/{word}.vbs", "app/{Word}/Module1.vb"}, head: "Option Explicit\n", tail: "\n", key: pascal,
			forms: []template{`Const KEY = "VALUE"`, `Private Const KEY As String = "VALUE"`, `str{Word}.KEY = "VALUE"`}, filler: []template{"' {word}", "Dim obj{Word}"},
		}, {
			kind: "groovy", paths: []template{"var/jenkins_home/init.groovy.d/{word}.groovy", "app/build/{word}.groovy"}, head: "import jenkins.model.*\n\n", tail: "\n\ninstance.save()\n", key: camel, quote: inJSON,
			forms: []template{`def KEY = "VALUE"`, `ext.KEY = "VALUE"`, `final String KEY = "VALUE"`, `[KEY: "VALUE"].each { put(it) }`}, filler: []template{"// {word}", "def {word} = {n}"},
		}, {
			kind: "haskell", paths: []template{"app/src/{Word}.hs"}, head: "module {Word} where\n\n", tail: "\n", key: camel, quote: inJSON, forms: []template{"KEY :: Text\nKEY = \"VALUE\""}, filler: []template{"-- | {word}"},
		}, {
			kind: "tcl and expect", paths: []template{"usr/local/bin/{word}.exp", "usr/local/lib/{word}.tcl"}, head: "#!/usr/bin/expect -f\nset timeout 20\n", tail: "\n", forms: []template{`set KEY "VALUE"`, "set KEY {VALUE}", `set ::env(KEY) "VALUE"`}, filler: []template{"# {word}"},
		}, {
			kind: "javascript fallback", paths: []template{"app/src/config/{word}.js", "app/server/{word}.ts"}, head: "require('dotenv').config();\n\nmodule.exports = {\n", tail: "\n};\n", key: screaming, quote: inJSON,
			forms: []template{`  KEY: process.env.KEY || "VALUE",`, `  KEY: process.env.KEY ?? "VALUE",`, `  KEY: env("KEY", "VALUE"),`}, filler: []template{"  port: process.env.PORT || {nnn}0,"},
		}, {
			kind: "python fallback", paths: []template{"app/{word}/conf.py", "srv/{word}/defaults.py"}, head: "import os\n\n", tail: "\n", key: screaming, quote: inJSON,
			forms: []template{`KEY = os.environ.get("KEY", "VALUE")`, `KEY = os.getenv("KEY", "VALUE")`, `KEY = os.getenv("KEY") or "VALUE"`, `KEY: str = Field(default="VALUE")`}, filler: []template{"DEBUG = False", "# {word}"},
		}, {
			kind: "shell fallback", paths: []template{"usr/local/bin/start-{word}.sh", "docker-entrypoint.d/{word}-defaults.sh"}, head: "#!/bin/bash\nset -o errexit\n", tail: "\nexec \"$@\"\n", key: screaming,
			forms: []template{": ${KEY:=VALUE}", `export KEY="${KEY:-VALUE}"`, `KEY="${KEY:-VALUE}"`}, filler: []template{"# {word}", "umask 027"},
		},
	}
}
