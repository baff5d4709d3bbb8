package misconfig

import (
	"testing"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/imagetest"
)

func fetchExamples() []example {
	type images = map[string]imagetest.Image
	run := func(script string) imagetest.Image { return history("RUN /bin/sh -c " + script + " # buildkit") }
	return []example{
		{
			check: "package-unverified",
			trigger: images{
				"apk":          run("apk add --allow-untrusted /tmp/a.apk"),
				"apt":          run("apt-get install -y --allow-unauthenticated a"),
				"apt option":   run("apt-get -o APT::Get::AllowUnauthenticated=true install a"),
				"apt source":   run("echo 'deb [arch=amd64 trusted=yes] https://example.org ./' > /etc/apt/sources.list.d/a.list && apt-get update"),
				"dnf":          run("dnf install -y --nogpgcheck a"),
				"dnf option":   run("dnf install -y --setopt=gpgcheck=0 a"),
				"yum source":   run("printf '[a]\\nbaseurl=https://example.org\\ngpgcheck=0\\n' > /etc/yum.repos.d/a.repo"),
				"pip":          run("pip install --trusted-host example.org a"),
				"pip config":   run("pip config set global.trusted-host example.org"),
				"npm config":   run("npm config set strict-ssl false"),
				"in a trigger": history("ONBUILD RUN apk add --allow-untrusted a"),
			},
			clean: images{
				"verified":       run("apk add --no-cache a && apt-get install -y b && dnf install -y c && pip install d"),
				"list signature": run("printf 'gpgcheck=1\\nrepo_gpgcheck=0\\n' > /etc/yum.repos.d/a.repo"),
				"strict":         run("npm config set strict-ssl true"),
				"in words":       run("echo never use --allow-untrusted"),
			},
		},
		{
			check: "download-tls-off",
			trigger: images{
				"curl -k":    run("curl -fsSLk https://example.org/f -o f"),
				"curl":       run("curl --insecure https://example.org/f"),
				"wget":       run("wget --no-check-certificate https://example.org/f"),
				"git -c":     run("git -c http.sslVerify=false clone https://example.org/r"),
				"git config": run("git config --global http.sslVerify false"),
				"node":       run("NODE_TLS_REJECT_UNAUTHORIZED=0 npm ci"),
				"exported":   run("export GIT_SSL_NO_VERIFY=1 && make"),
				"ssh":        run("ssh -o StrictHostKeyChecking=no git@example.org true"),
			},
			clean: images{
				"verified":       run("curl -fsSL https://example.org/f -o f"),
				"a file named k": run("curl --output k https://example.org/k-k"),
				"another tool":   run("sort -k 2 f"),
			},
		},
		{
			check: "download-run",
			trigger: images{
				"curl | sh":             run("curl -sSf https://example.org/i.sh | sh"),
				"with arguments":        run("curl -sSf https://example.org/i.sh | bash -s -- -y"),
				"wget | sudo bash":      run("wget -qO- https://example.org/i.sh | sudo -E bash -"),
				"process":               run("bash <(curl -s https://example.org/i.sh)"),
				"substitution":          run("sh -c \"$(curl -fsSL https://example.org/i.sh)\""),
				"python":                run("curl https://example.org/get.py | python3"),
				"python with arguments": run("curl https://example.org/get.py | python3 - --yes"),
				"through a file":        run("curl -fsSLo /tmp/i.sh https://example.org/i.sh && bash /tmp/i.sh"),
				"under its own name":    run("wget -q https://example.org/i.sh && chmod +x i.sh && ./i.sh"),
				"redirected":            run("curl https://example.org/i > i && sh i"),
				"through another":       run("curl https://example.org/i.sh | tee log | sh"),
			},
			clean: images{
				"verified between": run("curl -fo i.sh https://example.org/i.sh && echo '00  i.sh' | sha256sum -c - && sh i.sh"),
				"another script":   run("curl -fo i.tgz https://example.org/i.tgz && sh install.sh"),
				"saved for others": run("wget https://example.org/i.sh"),
				"to a file":        run("curl -o f https://example.org/f"),
				"an archive":       run("curl https://example.org/f | tar xz"),
				"as data":          run("curl https://example.org/f | python3 -c 'import json'"),
				"a key":            run("curl https://example.org/key | gpg --dearmor -o k"),
				"to a script":      run("curl https://example.org/f | sh filter.sh"),
				"a variable":       run("V=$(curl https://example.org/v) && echo $V"),
			},
		},
		{
			check:   "download-plain-http",
			trigger: images{"curl": run("curl -O http://example.org/f"), "pip": run("pip install -i http://example.org/simple a"), "pip option": run("pip install --index-url=http://example.org/simple a"), "git": run("git clone http://example.org/r")},
			clean: images{
				"https":    run("curl -O https://example.org/f"),
				"verified": run("curl -O http://example.org/f && echo '00  f' | sha256sum -c -"),
				"proxy":    run("curl -x http://proxy.example:3128 https://example.org/f && wget -e https_proxy=http://proxy.example https://example.org/f"),
				"sent":     run("curl -H 'Referer: http://example.org/' -d http://example.org https://example.org/f"),
				"local":    run("curl http://localhost:8080/health && wget http://127.0.0.1/"),
				"apt":      run("echo 'deb http://example.org stable main' > /etc/apt/sources.list"),
			},
		},
	}
}

func TestFetchSeverity(t *testing.T) {
	for script, want := range map[string]seaworthy.Severity{
		"curl https://example.org/i | sh":    seaworthy.Medium,
		"curl http://example.org/i | sh":     seaworthy.High,
		"curl -k https://example.org/i | sh": seaworthy.High,
	} {
		got := findingsOf(analyze(t, history("RUN /bin/sh -c "+script+" # buildkit")), "download-run")
		if len(got) != 1 || got[0].Severity != want {
			t.Errorf("%s: %v, want one of severity %s", script, got, want)
		}
	}
	got := findingsOf(analyze(t, history("RUN /bin/sh -c curl -kO https://u:p@example.org/f?token=a && sha256sum -c f.sum # buildkit")), "download-tls-off")
	if len(got) != 1 || got[0].Severity != seaworthy.Low || got[0].Evidence != "curl -k https://example.org/f" {
		t.Errorf("a download that is verified: %+v", got)
	}
}
