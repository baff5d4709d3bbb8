package corpus

import "strings"

// syntaxes returns the kinds of files that can have any setting.
func syntaxes() []syntax {
	return append(append(configuration(), sources()...), writing()...)
}

// configuration returns the syntaxes that programs read as data.
func configuration() []syntax {
	return []syntax{
		{
			kind: "dotenv", paths: []template{"app/.env", "srv/{word}/.env.production", "opt/{word}/.env.local", "home/{word}/.env"},
			head: "# environment of {word}\nNODE_ENV=production\n", tail: "\nPORT=8080\nLOG_LEVEL=info\n",
			forms: []template{"KEY=VALUE", "KEY=VALUE", `KEY="VALUE"`, "export KEY='VALUE'"}, key: screaming,
			filler: []template{"# {word}", "HOST={host}", "WORKERS={n}", "TZ=Europe/Berlin", "FEATURE_{n}=on"},
		}, {
			kind: "yaml", paths: []template{"app/config/{word}.yml", "etc/{word}/config.yaml", "srv/{word}/settings.yaml"},
			head: "---\n{word}:\n  replicas: {n}\n", tail: "\n  timeout: 30\n",
			forms: []template{`  KEY: "VALUE"`, "  KEY: 'VALUE'", `  KEY: "VALUE"`}, quote: inJSON,
			filler: []template{"  # the {word} of {word}", "  enabled: true", "  region: eu-west-1", "  hosts: [{host}, {host}]"},
		}, {
			kind: "spring yaml", paths: []template{"app/src/main/resources/application.yml", "opt/{word}/application-prod.yml"},
			head: "spring:\n  application:\n    name: {word}\n  config:\n", tail: "\nserver:\n  port: 8080\n",
			forms: []template{"    KEY: VALUE"}, key: kebab, quote: yamlScalar,
			filler: []template{"    show-sql: false", "    pool-size: {n}", "    url: https://{host}/{word}"},
		}, {
			kind: "json", paths: []template{"app/config/{word}.json", "etc/{word}/config.json", "srv/{word}/settings.json"},
			head: "{\n  \"name\": \"{word}\",\n", tail: "\n}\n", between: ",\n", key: camel, quote: inJSON,
			forms:  []template{`  "KEY": "VALUE"`},
			filler: []template{`  "retries": {n}`, `  "host": "{host}"`, `  "features": ["{word}", "{word}"]`},
		}, {
			kind: "appsettings", paths: []template{"app/appsettings.json", "app/{Word}.Api/appsettings.Production.json"},
			head: "{\n  \"Logging\": { \"LogLevel\": { \"Default\": \"Information\" } },\n  \"{Word}\": {\n", tail: "\n  },\n  \"AllowedHosts\": \"*\"\n}\n",
			between: ",\n", key: pascal, quote: inJSON, forms: []template{`    "KEY": "VALUE"`},
			filler: []template{`    "Enabled": true`, `    "Endpoint": "https://{host}/"`},
		}, {
			kind: "properties", paths: []template{"app/src/main/resources/application.properties", "opt/{word}/conf/{word}.properties", "etc/{word}/gradle.properties"},
			head: "# {word} settings\n", tail: "\nlogging.level.root=INFO\n", key: dotted,
			forms:  []template{"KEY=VALUE", "KEY = VALUE", "{word}.KEY=VALUE"},
			filler: []template{"{word}.pool.size={n}", "# since {date}", "{word}.host={host}"},
		}, {
			kind: "ini", paths: []template{"etc/{word}/{word}.ini", "etc/{word}.conf", "opt/{word}/config.cfg"},
			head: "[{word}]\n", tail: "\n\n[logging]\nlevel = info\n",
			forms:  []template{"KEY = VALUE", "KEY=VALUE", "KEY: VALUE"},
			filler: []template{"; {word}", "\n[{word}]", "host = {host}", "workers = {n}"},
		}, {
			kind: "toml", paths: []template{"app/config.toml", "etc/{word}/{word}.toml", "srv/{word}/Rocket.toml"},
			head: "title = \"{word}\"\n\n[{word}]\n", tail: "\n\n[log]\nlevel = \"info\"\n", quote: inJSON,
			forms:  []template{`KEY = "VALUE"`},
			filler: []template{"\n[{word}.{word}]", "workers = {n}", `hosts = ["{host}"]`},
		}, {
			kind: "xml", paths: []template{"app/web.config", "opt/{word}/conf/{word}.xml", "var/lib/jenkins/{word}.xml"},
			head: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<configuration>\n", tail: "\n</configuration>\n", quote: inXML,
			forms:  []template{`  <add key="KEY" value="VALUE" />`, "  <KEY>VALUE</KEY>", `  <property name="KEY" value="VALUE"/>`, `  <entry key="KEY">VALUE</entry>`},
			filler: []template{"  <!-- {word} -->", "  <timeout>{nnn}</timeout>", `  <add key="Host" value="{host}" />`},
		}, {
			kind: "docker compose", paths: []template{"app/docker-compose.yml", "srv/{word}/compose.yaml"},
			head: "services:\n  {word}:\n    image: {word}:{version}\n    environment:\n", tail: "\n    ports:\n      - \"8080:8080\"\n", key: screaming,
			forms: []template{`      KEY: "VALUE"`, `      KEY: 'VALUE'`}, quote: inJSON, filler: []template{"      TZ: UTC", "      HOST: {host}"},
		}, {
			kind: "kubernetes manifest", paths: []template{"app/deploy/{word}.yaml", "srv/{word}/k8s/deployment.yaml"},
			head: "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {word}\nspec:\n  template:\n    spec:\n      containers:\n        - name: {word}\n          env:\n",
			tail: "\n          resources: {}\n", key: screaming, quote: inJSON,
			forms:  []template{"            - name: KEY\n              value: \"VALUE\""},
			filler: []template{"            - name: REPLICAS\n              value: \"{n}\""},
		}, {
			kind: "terraform", paths: []template{"app/terraform/{word}.tfvars", "srv/{word}/main.tf"},
			head: "locals {\n  region = \"eu-west-1\"\n", tail: "\n}\n", forms: []template{`  KEY = "VALUE"`}, quote: inJSON,
			filler: []template{"  # {word}", "  instance_count = {n}"},
		}, {
			kind: "ansible variables", paths: []template{"etc/ansible/group_vars/{word}.yml", "app/ansible/host_vars/{word}.yml"},
			head: "---\n# variables of {word}\n", tail: "\n", forms: []template{`{word}_KEY: "VALUE"`, `KEY: "VALUE"`}, quote: inJSON,
			filler: []template{"{word}_port: 8080", "{word}_packages: [curl, jq]"},
		}, {
			kind: "github workflow", paths: []template{"app/.github/workflows/{word}.yml"},
			head: "name: {word}\non: [push]\njobs:\n  build:\n    runs-on: ubuntu-latest\n    env:\n", tail: "\n    steps:\n      - uses: actions/checkout@v4\n", key: screaming,
			forms: []template{`      KEY: "VALUE"`}, quote: inJSON, filler: []template{"      CI: true"},
		}, {
			kind: "systemd unit", paths: []template{"etc/systemd/system/{word}.service", "usr/lib/systemd/system/{word}d.service"},
			head: "[Unit]\nDescription={Word}\n\n[Service]\n", tail: "\nExecStart=/usr/bin/{word}\n\n[Install]\nWantedBy=multi-user.target\n", key: screaming,
			forms: []template{`Environment="KEY=VALUE"`, "Environment=KEY=VALUE"}, filler: []template{"Restart=always"},
		}, {
			kind: "windows ini in utf-16", paths: []template{"app/{Word}.ini", "opt/{word}/Settings.ini"},
			head: "[{Word}]\r\n", tail: "\r\n", between: "\r\n", key: pascal, forms: []template{"KEY=VALUE"}, filler: []template{"Port={nnn}"}, wide: true,
		}, {
			kind: "windows registry in utf-16", paths: []template{"app/{word}.reg"},
			head: "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\{Word}]\r\n", tail: "\r\n", between: "\r\n", key: pascal, quote: inJSON,
			forms: []template{`"KEY"="VALUE"`}, filler: []template{`"Port"=dword:0000{nnn}0`}, wide: true,
		},
	}
}

// sources returns the syntaxes of programming languages.
func sources() []syntax {
	return []syntax{
		{
			kind: "python", paths: []template{"app/{word}/settings.py", "srv/{word}/config.py", "usr/local/lib/python3.12/site-packages/{word}/client.py"},
			head: "import os\n\nDEBUG = False\n", tail: "\n\nALLOWED_HOSTS = ['{host}']\n", quote: inJSON,
			forms:  []template{`KEY = "VALUE"`, "KEY = 'VALUE'", `os.environ["KEY"] = "VALUE"`, `{word}_client = Client(KEY="VALUE")`, `config = {"KEY": "VALUE"}`},
			filler: []template{"# {word}", "TIMEOUT = {n}", "from {word} import {Word}"},
		}, {
			kind: "javascript", paths: []template{"app/src/{word}.js", "app/node_modules/{word}/lib/config.js", "srv/{word}/index.mjs"},
			head: "'use strict';\nconst {word} = require('{word}');\n", tail: "\nmodule.exports = {};\n", key: camel, quote: inJSON,
			forms:  []template{`const KEY = "VALUE";`, "let KEY = 'VALUE';", `config.KEY = "VALUE";`, `const {word}Options = { KEY: 'VALUE', timeout: {nnn} };`},
			filler: []template{"// {word}", "app.listen({nnn}0);"},
		}, {
			kind: "typescript", paths: []template{"app/src/environments/{word}.ts", "app/src/{word}.service.ts"},
			head: "import { Injectable } from '@angular/core';\n\nexport const environment = {\n  production: true,\n", tail: "\n};\n", key: camel, quote: inJSON,
			forms: []template{"  KEY: 'VALUE',", `  KEY: "VALUE" as string,`}, filler: []template{"  apiUrl: 'https://{host}/v1',", "  retries: {n},"},
		}, {
			kind: "go", paths: []template{"go/src/{word}/config.go", "app/internal/{word}/{word}.go"},
			head: "package {word}\n\nimport \"net/http\"\n\n", tail: "\n\nfunc new() *http.Client { return http.DefaultClient }\n", key: camel, quote: inJSON,
			forms:  []template{`const KEY = "VALUE"`, `var KEY = "VALUE"`, "var KEY{Word} = `VALUE`"},
			filler: []template{"// {word} is the {word}.", "const max{Word} = {n}"},
		}, {
			kind: "java", paths: []template{"app/src/main/java/com/{word}/Config.java", "app/src/main/java/com/{word}/{Word}Client.java"},
			head: "package com.{word};\n\npublic final class Config {\n", tail: "\n}\n", key: camel, quote: inJSON,
			forms:  []template{`    private static final String KEY = "VALUE";`, `    public String KEY = "VALUE";`, `    static { System.setProperty("KEY", "VALUE"); }`},
			filler: []template{"    // {word}", "    private int {word} = {n};"},
		}, {
			kind: "ruby", paths: []template{"app/config/initializers/{word}.rb", "srv/{word}/lib/{word}.rb"},
			head: "# frozen_string_literal: true\n\n", tail: "\n", quote: inJSON,
			forms: []template{"KEY = 'VALUE'", `config.KEY = "VALUE"`, `ENV['KEY'] ||= 'VALUE'`, `{ KEY: 'VALUE' }`}, filler: []template{"# {word}", "require '{word}'"},
		}, {
			kind: "php", paths: []template{"var/www/html/{word}/config.php", "var/www/html/inc/{word}.php"},
			head: "<?php\n\n", tail: "\n", quote: inJSON,
			forms: []template{`$KEY = "VALUE";`, "define('KEY', 'VALUE');", "    'KEY' => 'VALUE',", "$config['KEY'] = 'VALUE';"}, filler: []template{"// {word}", "require '{word}.php';"},
		}, {
			kind: "c#", paths: []template{"app/src/{Word}Options.cs"}, head: "namespace {Word};\n\npublic static class Options\n{\n", tail: "\n}\n", key: pascal, quote: inJSON,
			forms: []template{`    public const string KEY = "VALUE";`, `    public string KEY { get; set; } = "VALUE";`}, filler: []template{"    // {word}"},
		}, {
			kind: "rust", paths: []template{"app/src/{word}.rs"}, head: "use std::env;\n\n", tail: "\n", key: screaming, quote: inJSON,
			forms: []template{`const KEY: &str = "VALUE";`, `pub static KEY: &'static str = "VALUE";`}, filler: []template{"/// The {word}.", "mod {word};"},
		}, {
			kind: "c", paths: []template{"usr/src/{word}/{word}.h", "usr/src/{word}/main.c"}, head: "#include <stdio.h>\n\n", tail: "\n", quote: inJSON,
			forms: []template{`#define KEY "VALUE"`, `static const char *KEY = "VALUE";`, `const char KEY[] = "VALUE";`}, key: screaming, filler: []template{"/* {word} */", "extern int {word};"},
		}, {
			kind: "shell script", paths: []template{"usr/local/bin/{word}.sh", "docker-entrypoint.d/{word}.sh", "etc/profile.d/{word}.sh", "root/.bashrc"},
			head: "#!/bin/sh\nset -eu\n\n", tail: "\n\nexec \"$@\"\n", key: screaming,
			forms: []template{"export KEY='VALUE'", `KEY="VALUE"`, "KEY='VALUE' /usr/bin/{word} --verbose"}, filler: []template{"# {word}", "cd /srv/{word}"},
		}, {
			kind: "powershell", paths: []template{"app/scripts/{Word}.ps1"}, head: "param([string]$Name)\n\n", tail: "\n", key: pascal,
			forms: []template{"$KEY = 'VALUE'", "$env:KEY = 'VALUE'", "[Environment]::SetEnvironmentVariable('KEY', 'VALUE')"}, filler: []template{"# {word}"},
		}, {
			kind: "dockerfile", paths: []template{"app/Dockerfile", "srv/{word}/Dockerfile"}, head: "FROM debian:12-slim\n", tail: "\nCOPY . /srv\nCMD [\"/srv/{word}\"]\n", key: screaming, quote: inJSON,
			forms: []template{`ENV KEY="VALUE"`, "ENV KEY=VALUE", "ARG KEY=VALUE"}, filler: []template{"RUN apt-get update", "# {word}"},
		}, {
			kind: "minified javascript", paths: []template{"var/www/html/static/js/main.{hex8}.js", "app/dist/{word}.min.js"},
			head:    `!function(e,t){"object"==typeof exports?module.exports=t():e.{word}=t()}(this,function(){var n=function(e){return e&&e.__esModule?e:{default:e}};`,
			between: ",", tail: `;return n(1)});` + "\n//# sourceMappingURL={word}.js.map\n", key: camel, quote: inJSON,
			forms:  []template{`a={KEY:"VALUE"}`, `KEY="VALUE"`, `t.KEY="VALUE"`},
			filler: []template{`r=function(e,t){for(var n=0;n<t.length;n++){var o=t[n];o.enumerable=o.enumerable||!1,Object.defineProperty(e,o.key,o)}}`, `i=(0,n(42).{word})("{word}")`},
		},
	}
}

// writing returns the syntaxes of text for people: documents and logs.
func writing() []syntax {
	return []syntax{
		{
			kind: "markdown", paths: []template{"app/README.md", "srv/{word}/docs/setup.md"},
			head: "# {Word}\n\nHow to run it:\n\n```sh\n", tail: "\n```\n\nSee `{word}.md`.\n", key: screaming,
			forms: []template{"export KEY=VALUE", "KEY=VALUE ./{word}"}, filler: []template{"cd {word}", "make"},
		}, {
			kind: "notebook", paths: []template{"home/jovyan/{Word}.ipynb", "app/notebooks/{word}.ipynb"},
			head: "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"execution_count\": {n},\n   \"metadata\": {},\n   \"outputs\": [],\n   \"source\": [\n",
			tail: "\n   ]\n  }\n ],\n \"metadata\": {},\n \"nbformat\": 4,\n \"nbformat_minor\": 5\n}\n", between: ",\n", quote: inJSONTwice,
			forms: []template{`    "KEY = \"VALUE\"\n"`, `    "KEY = 'VALUE'\n"`}, filler: []template{`    "import {word}\n"`, `    "df.{word}()\n"`},
		}, {
			kind: "log", paths: []template{"var/log/{word}.log", "srv/{word}/log/production.log"},
			head: "{date}T10:00:00Z INFO {word} started\n", tail: "\n",
			forms:  []template{"{date}T10:{n}1:0{n}Z INFO {word} config KEY=VALUE", `{date} 10:00:0{n} DEBUG [{word}] {"KEY":"VALUE"}`, "{date}T11:0{n}:00Z WARN using KEY: VALUE"},
			filler: []template{"{date}T10:0{n}:00Z INFO GET /{word} 200 {nnn}ms"},
		}, {
			kind: "csv", paths: []template{"srv/{word}/export.csv", "app/data/{word}.csv"}, head: "id,key,value,changed\n", tail: "\n",
			forms: []template{"{n},KEY,VALUE,{date}", `{n},KEY,"VALUE",{date}`}, filler: []template{"{n},{word},{word},{date}"},
		}, {
			kind: "sql dump", paths: []template{"srv/{word}/dump.sql", "docker-entrypoint-initdb.d/{word}.sql"}, head: "CREATE TABLE settings (name text, value text);\n", tail: "\n",
			forms: []template{"insert into settings values ('KEY', 'VALUE');", "UPDATE settings SET value = 'VALUE' WHERE name = 'KEY';"}, filler: []template{"-- {word}"},
		}, {
			kind: "shell history", paths: []template{"root/.bash_history", "home/{word}/.zsh_history"}, head: "ls -la\n", tail: "\nexit\n", key: screaming,
			forms: []template{"export KEY=VALUE", "KEY=VALUE ./{word}.sh", "docker run -e KEY='VALUE' {word}:{version}", "kubectl set env deploy/{word} KEY=VALUE"}, filler: []template{"cd /srv/{word}", "git pull"},
		},
	}
}

// yamlScalar quotes a value that is not a plain string in YAML.
func yamlScalar(v string) string {
	if v == "" || strings.ContainsAny(v[:1], "!@%^*&?{[<#-|>'\"`") || strings.Contains(v, ": ") || strings.Contains(v, " #") {
		return "'" + v + "'"
	}
	return v
}
