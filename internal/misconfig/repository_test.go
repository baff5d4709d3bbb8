package misconfig

import "seaworthy.dev/seaworthy/internal/imagetest"

func repositoryExamples() []example {
	type images = map[string]imagetest.Image
	return []example{
		{
			check: "repository-unverified",
			trigger: images{
				"apt list":    withFile("etc/apt/sources.list.d/a.list", "# a\ndeb [arch=amd64 trusted=yes] https://example.org ./\n"),
				"apt sources": withFile("etc/apt/sources.list.d/a.sources", "Types: deb\nURIs: https://example.org\nTrusted: yes\n"),
				"apt option":  withFile("etc/apt/apt.conf.d/99x", "APT::Get::AllowUnauthenticated \"true\";\n"),
				"apt block":   withFile("etc/apt/apt.conf", "Acquire {\n  AllowInsecureRepositories true;\n}\n"),
				"dnf":         withFile("etc/yum.repos.d/a.repo", "[a]\nbaseurl=https://example.org\nenabled=1\ngpgcheck = 0\n"),
				"main":        withFile("etc/dnf/dnf.conf", "[main]\ngpgcheck=False\n"),
			},
			clean: images{
				"signed":      withFile("etc/apt/sources.list", "deb [signed-by=/k.gpg] http://example.org stable main\n"),
				"a comment":   withFile("etc/apt/sources.list", "# deb [trusted=yes] http://example.org ./\n"),
				"disabled":    withFile("etc/yum.repos.d/a.repo", "[a]\nenabled=0\ngpgcheck=0\n"),
				"only lists":  withFile("etc/yum.repos.d/a.repo", "[a]\ngpgcheck=1\nrepo_gpgcheck=0\n"),
				"turned on":   withFile("etc/apt/apt.conf.d/99x", "APT::Get::AllowUnauthenticated \"false\";\n"),
				"other file":  withFile("etc/apt/sources.list.d/a.save", "deb [trusted=yes] http://example.org ./\n"),
				"removed":     layered(imagetest.Layer{imagetest.File("etc/yum.conf", "[main]\ngpgcheck=0\n")}, imagetest.Layer{imagetest.Whiteout("etc/yum.conf")}),
				"in the text": withFile("etc/apt/sources.list", "deb http://example.org/trusted=yes stable main\n"),
			},
		},
		{
			check: "repository-plain-http",
			trigger: images{
				"apk":    withFile("etc/apk/repositories", "http://example.org/main\n"),
				"tagged": withFile("etc/apk/repositories", "@edge http://example.org/main\n"),
				"dnf":    withFile("etc/yum.repos.d/a.repo", "[a]\nbaseurl=http://example.org/\n"),
			},
			clean: images{
				"https":    withFile("etc/apk/repositories", "https://example.org/main\n#http://example.org/x\n/local\n"),
				"apt":      withFile("etc/apt/sources.list", "deb http://example.org stable main\n"),
				"disabled": withFile("etc/yum.repos.d/a.repo", "[a]\nbaseurl=http://example.org/\nenabled=0\n"),
			},
		},
		{
			check: "download-config-tls-off",
			trigger: images{
				"pip":   withFile("etc/pip.conf", "[global]\ntrusted-host = example.org\n"),
				"npm":   withFile("root/.npmrc", "//example.org/:_authToken=x\nstrict-ssl=false\n"),
				"git":   withFile("root/.gitconfig", "[http]\n\tsslVerify = false\n"),
				"curl":  withFile("root/.curlrc", "--insecure\n"),
				"wget":  withFile("etc/wgetrc", "check_certificate = off\n"),
				"conda": withFile("opt/conda/.condarc", "ssl_verify: false # proxy\n"),
			},
			clean: images{
				"pip":       withFile("etc/pip.conf", "[global]\nindex-url = https://example.org\n"),
				"npm":       withFile("root/.npmrc", "strict-ssl=true\n"),
				"a comment": withFile("etc/wgetrc", "# check_certificate = off\n"),
				"curl":      withFile("root/.curlrc", "user-agent = insecure\n"),
			},
		},
	}
}

func softwareExamples() []example {
	type images = map[string]imagetest.Image
	return []example{{
		check: "unneeded-software",
		trigger: images{
			"netcat":         layered(imagetest.Layer{imagetest.FileMode("usr/bin/nc", 0o755, "x")}),
			"through a link": layered(imagetest.Layer{imagetest.Symlink("usr/bin/nc", "/etc/alternatives/nc"), imagetest.Symlink("etc/alternatives/nc", "/bin/nc.openbsd"), imagetest.FileMode("bin/nc.openbsd", 0o755, "x")}),
			"a compiler":     layered(imagetest.Layer{imagetest.FileMode("usr/bin/gcc", 0o755, "x")}),
			"a server":       layered(imagetest.Layer{imagetest.FileMode("usr/sbin/sshd", 0o755, "x")}),
		},
		clean: images{
			"busybox":           layered(imagetest.Layer{imagetest.FileMode("bin/busybox", 0o755, "x"), imagetest.Symlink("usr/bin/nc", "/bin/busybox"), imagetest.Link("bin/telnet", "bin/busybox")}),
			"removed":           layered(imagetest.Layer{imagetest.FileMode("usr/bin/gcc", 0o755, "x")}, imagetest.Layer{imagetest.Whiteout("usr/bin/gcc")}),
			"not a program":     withFile("usr/share/doc/make", "x"),
			"another directory": withFile("usr/bin/make/readme", "x"),
		},
	}}
}
