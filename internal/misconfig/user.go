package misconfig

import "seaworthy.dev/seaworthy"

// accountInterests are the files that say who is who.
func accountInterests() []interest {
	return []interest{
		{name: "passwd", paths: []string{"etc/passwd"}, text: true},
		{name: "group", paths: []string{"etc/group"}, text: true},
		{name: "shadow", paths: []string{"etc/shadow"}, text: true},
		{name: "gshadow", paths: []string{"etc/gshadow"}, text: true},
	}
}

// userChecks judge the user that a container runs as.
func userChecks() []check {
	return []check{
		{
			id: "user-root", title: "Containers of the image run as root",
			severity: seaworthy.Medium,
			cis:      []string{"4.1"},
			aliases:  []string{"CIS-DI-0001", "DS-0002", "AVD-DS-0002"},
			detail: "A process that breaks out of a container that runs as root is root on the host, " +
				"unless the runtime maps users.",
			remediation: "Create an account in the image and name it by its number in a USER instruction at the end: USER 10001.",
			judge:       judgeUserRoot,
		},
	}
}

func judgeUserRoot(s *subject) []violation {
	if s.config.User == "" {
		return []violation{{evidence: "no USER in the configuration"}}
	}
	return nil
}
