package misconfig

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func credentialFileExamples() []example {
	name := func(names ...string) imagetest.Image {
		var layer imagetest.Layer
		for _, n := range names {
			layer = append(layer, imagetest.File(n, "x"))
		}
		return layered(layer)
	}
	return []example{{
		check: "credential-file",
		trigger: images{
			"a private key": name("root/.ssh/id_rsa"), "cloud": name("root/.aws/credentials"), "registry": name("home/a/.docker/config.json"), "environment": name("app/.env"),
			"history": name("root/.bash_history"), "a store": name("app/keys.p12"), "state": name("infra/terraform.tfstate"), "a server's key": name("etc/ssl/private/site.key"),
			"a dependency's test": name("app/node_modules/https/test/key.pem"),
			"removed":             layered(imagetest.Layer{imagetest.File("root/.npmrc", "x")}, imagetest.Layer{imagetest.Whiteout("root/.npmrc")}),
		},
		clean: images{
			"public": name("root/.ssh/id_rsa.pub", "root/.ssh/known_hosts", "etc/ssl/certs/ca-certificates.crt", "etc/ssl/cert.pem", "etc/ssl/certs/key.jks"),
			"code":   name("app/settings.py", "app/config.json", "app/secrets.py", "app/credentials.go"), "Java's": name("usr/lib/jvm/x/lib/security/cacerts", "etc/ssl/certs/java/cacerts"),
			"empty": files(imagetest.File("root/.bash_history", "")), "a directory": files(imagetest.Dir("app/.env", 0o755)), "an extension alone": name("app/.jks"),
		},
	}}
}

func TestCredentialFileSeverity(t *testing.T) {
	removed := layered(imagetest.Layer{imagetest.File("root/.ssh/id_rsa", "x")}, imagetest.Layer{imagetest.Whiteout("root/.ssh/id_rsa")})
	severities{
		"a key":          {files(imagetest.File("root/.ssh/id_rsa", "x")), seaworthy.Medium},
		"a key, removed": {removed, seaworthy.Medium},
		"a history":      {files(imagetest.File("root/.bash_history", "x")), seaworthy.Low},
		"test data":      {files(imagetest.File("usr/lib/python3/dist-packages/x/tests/key.pem", "x")), seaworthy.Negligible},
	}.hold(t, "credential-file")
	for _, f := range analyze(t, removed).findings {
		if f.ID == "credential-file" && (*f.Locations[0].Layer != 0 || f.Locations[0].RemovedIn == nil || *f.Locations[0].RemovedIn != 1) {
			t.Errorf("location %+v", f.Locations[0])
		}
	}
}
