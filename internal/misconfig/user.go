package misconfig

import (
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
)

// userChecks judge the user that a container runs as.
func userChecks() []check {
	return []check{
		{
			id: "user-root", title: "Containers of the image run as root",
			severity: seaworthy.Medium,
			cis:      []string{"4.1"},
			dockle:   []string{"CIS-DI-0001"},
			aliases:  []string{"DS-0002", "AVD-DS-0002"},
			detail: "A process that breaks out of a container in which it is root is root on the host, " +
				"unless the runtime maps users.",
			remedy: remedy(
				"Create an account in the image, and switch to it by its number at the end of the Dockerfile.",
				seaworthy.Dockerfile("USER 10001:10001"),
			),
			references: []string{"https://docs.docker.com/build/building/best-practices/#user"},
			subject:    configurationField("User"),
			judge:      judgeUserRoot,
		},
		{
			id: "user-root-group", title: "Containers of the image run with group root",
			severity: seaworthy.Low,
			cis:      []string{"4.1"},
			detail: "Group 0 can read and write what the distribution keeps for it. A number in USER without an account in " +
				"etc/passwd and without a group gives group 0.",
			remedy: remedy(
				"Name a group of the service's own as well. On OpenShift, which expects group 0, add an exception.",
				seaworthy.Dockerfile("USER 10001:10001"),
			),
			subject: configurationField("User"),
			judge:   judgeUserRootGroup,
		},
		{
			id: "user-privileged-group", title: "The user of the image is in a group that leads to root",
			severity: seaworthy.High,
			cis:      []string{"4.1"},
			detail: "Members of these groups become root by sudo, by a container of their own or by writing to a disk, " +
				"as far as the container can reach those.",
			remedy: remedy("Remove the user from the group.", seaworthy.Dockerfile("RUN gpasswd -d USER GROUP")),
			judge:  judgeUserPrivilegedGroup,
		},
		{
			id: "user-unknown", title: "The image's USER is not among its accounts",
			severity: seaworthy.Medium,
			cis:      []string{"4.1"},
			detail: "Docker and containerd refuse to start the container, and a platform that supplies an account file " +
				"of its own decides who the process is.",
			remedy:  remedy("Create the account in the image, or give user and group as numbers.", seaworthy.Dockerfile("USER 10001:10001")),
			subject: configurationField("User"),
			judge:   judgeUserUnknown,
		},
		{
			id: "user-not-numeric", title: "The image's USER is a name and not a number",
			severity: seaworthy.Negligible,
			cis:      []string{"4.1"},
			detail: "Kubernetes cannot tell from a name that the user is not root, and refuses the image where a pod asks " +
				"for runAsNonRoot.",
			remedy:     remedy("Use the number of the account.", seaworthy.Dockerfile("USER 10001")),
			references: []string{"https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			subject:    configurationField("User"),
			judge:      judgeUserNotNumeric,
		},
	}
}

// userEvidence shows the configuration's User.
func (s *subject) userEvidence() string {
	if s.config.User == "" {
		return "no USER, so that the container runs as root"
	}
	return "USER " + s.config.User
}

func judgeUserRoot(s *subject) []violation {
	if s.user.Unknown != "" || s.user.UID != 0 || !s.configured {
		return nil
	}
	v := violation{evidence: s.userEvidence()}
	name, _, _ := strings.Cut(s.config.User, ":")
	if name != "" && name != "root" && name != "0" {
		v.severity = seaworthy.High
		v.evidence += ", which etc/passwd gives user id 0"
		v.detail = "Here the name hides it."
	}
	return []violation{v}
}

func judgeUserRootGroup(s *subject) []violation {
	if s.user.Unknown != "" || s.user.UID == 0 || !s.user.InGroup(0) {
		return nil
	}
	evidence := s.userEvidence()
	if s.user.Name == "" && !strings.Contains(s.config.User, ":") {
		evidence += ", a number without account, runs with group 0"
	} else {
		evidence += fmt.Sprintf(" runs as user %d in group 0", s.user.UID)
	}
	return []violation{{evidence: evidence}}
}

// privilegedGroups tells for groups how their members become root.
var privilegedGroups = map[string]string{
	"sudo":   "sudo allows its members every command",
	"wheel":  "sudo and su commonly trust its members",
	"admin":  "sudo commonly allows its members every command",
	"docker": "its members start containers through docker.sock",
	"lxd":    "its members start containers with the host's files",
	"incus":  "its members start containers with the host's files",
	"disk":   "its members read and write raw disks",
	"shadow": "its members read password hashes",
}

func judgeUserPrivilegedGroup(s *subject) []violation {
	if s.user.Unknown != "" || s.user.UID == 0 {
		return nil
	}
	var list []violation
	seen := map[string]bool{}
	for _, g := range s.accounts.groups {
		why, ok := privilegedGroups[g.Name]
		if !ok || seen[g.Name] || !s.user.InGroup(g.GID) {
			continue
		}
		seen[g.Name] = true
		v := violation{
			evidence:  fmt.Sprintf("%s is in group %s (%d): %s", s.userEvidence(), g.Name, g.GID, why),
			locations: []seaworthy.Location{s.at(s.accounts.files["group"].Entry, g.Line)},
		}
		if g.Name == "shadow" {
			v.severity = seaworthy.Medium
		}
		list = append(list, v)
	}
	return list
}

func judgeUserUnknown(s *subject) []violation {
	if s.user.Unknown == "" || len(s.accounts.unread) > 0 {
		return nil
	}
	return []violation{{evidence: fmt.Sprintf("USER %s: the image has no account or group %q", s.config.User, s.user.Unknown)}}
}

func judgeUserNotNumeric(s *subject) []violation {
	name, _, _ := strings.Cut(s.config.User, ":")
	if _, err := account.ParseID(name); name == "" || err == nil || s.user.Unknown != "" || s.user.UID == 0 {
		return nil
	}
	return []violation{{evidence: fmt.Sprintf("USER %s, which is %d", s.config.User, s.user.UID)}}
}
