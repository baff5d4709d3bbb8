package filecheck

import (
	"fmt"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/account"
	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// userChecks returns the checks of the user that a container runs as.
func userChecks() []check.Check {
	return []check.Check{
		{
			ID: "user-root", Title: "Containers of the image run as root",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.1"},
			Dockle:   []string{"CIS-DI-0001"},
			Aliases:  []string{"DS-0002", "AVD-DS-0002"},
			Detail: "A process that escapes from a container in which it is root is root on the host, " +
				"unless the runtime maps users.",
			Remedy: check.Remedy(
				"Create an account in the image, and switch to it by its number at the end of the Dockerfile.",
				seaworthy.Dockerfile("USER 10001:10001"),
			),
			References: []string{"https://docs.docker.com/build/building/best-practices/#user"},
			Subject:    check.ConfigurationField("User"),
			Find:       findUserRoot,
		},
		{
			ID: "user-root-group", Title: "Containers of the image run with group root",
			Severity: seaworthy.Low,
			CIS:      []string{"4.1"},
			Detail: "Group 0 can read and write files that the distribution reserves for it. A number in USER without an account " +
				"in etc/passwd and without a group means group 0.",
			Remedy: check.Remedy(
				"Name a group of the service's own as well. On OpenShift, which expects group 0, add an exception.",
				seaworthy.Dockerfile("USER 10001:10001"),
			),
			Subject: check.ConfigurationField("User"),
			Find:    findUserRootGroup,
		},
		{
			ID: "user-privileged-group", Title: "The image's user is in a group that leads to root",
			Severity: seaworthy.High,
			CIS:      []string{"4.1"},
			Detail: "Members of these groups can become root through sudo, through a container of their own or by writing to a disk, " +
				"if the container can reach these.",
			Remedy: check.Remedy("Remove the user from the group.", seaworthy.Dockerfile("RUN gpasswd -d USER GROUP")),
			Find:   findUserPrivilegedGroup,
		},
		{
			ID: "user-unknown", Title: "The image's USER is not among its accounts",
			Severity: seaworthy.Medium,
			CIS:      []string{"4.1"},
			Detail: "Docker and containerd refuse to start the container. On a platform that supplies its own account file, " +
				"that file decides who the process is.",
			Remedy:  check.Remedy("Create the account in the image, or give user and group as numbers.", seaworthy.Dockerfile("USER 10001:10001")),
			Subject: check.ConfigurationField("User"),
			Find:    findUserUnknown,
		},
		{
			ID: "user-not-numeric", Title: "The image's USER is a name, not a number",
			Severity: seaworthy.Negligible,
			CIS:      []string{"4.1"},
			Detail: "From a name, Kubernetes cannot know that the user is not root. It refuses the image if a pod sets " +
				"runAsNonRoot.",
			Remedy:     check.Remedy("Use the number of the account.", seaworthy.Dockerfile("USER 10001")),
			References: []string{"https://kubernetes.io/docs/concepts/security/pod-security-standards/"},
			Subject:    check.ConfigurationField("User"),
			Find:       findUserNotNumeric,
		},
	}
}

// userEvidence returns the evidence: the User of the configuration.
func userEvidence(s *check.Image) string {
	if s.Config.User == "" {
		return "no USER, so that the container runs as root"
	}
	return "USER " + s.Config.User
}

func findUserRoot(s *check.Image) []check.Violation {
	if s.User.Unknown != "" || s.User.UID != 0 || !s.Configured {
		return nil
	}
	v := check.Violation{Evidence: userEvidence(s)}
	name, _, _ := strings.Cut(s.Config.User, ":")
	if name != "" && name != "root" && name != "0" {
		v.Severity = seaworthy.High
		v.Evidence += ", which etc/passwd gives user id 0"
		v.Detail = "The name hides it."
	}
	return []check.Violation{v}
}

func findUserRootGroup(s *check.Image) []check.Violation {
	if s.User.Unknown != "" || s.User.UID == 0 || !s.User.InGroup(0) {
		return nil
	}
	evidence := userEvidence(s)
	if s.User.Name == "" && !strings.Contains(s.Config.User, ":") {
		evidence += ", a number without account, runs with group 0"
	} else {
		evidence += fmt.Sprintf(" runs as user %d in group 0", s.User.UID)
	}
	return []check.Violation{{Evidence: evidence}}
}

// privilegedGroups says for groups how their members become root.
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

func findUserPrivilegedGroup(s *check.Image) []check.Violation {
	if s.User.Unknown != "" || s.User.UID == 0 {
		return nil
	}
	var list []check.Violation
	seen := map[string]bool{}
	for _, g := range s.Accounts.Groups {
		why, ok := privilegedGroups[g.Name]
		if !ok || seen[g.Name] || !s.User.InGroup(g.GID) {
			continue
		}
		seen[g.Name] = true
		v := check.Violation{
			Evidence:  fmt.Sprintf("%s is in group %s (%d): %s", userEvidence(s), g.Name, g.GID, why),
			Locations: []seaworthy.Location{s.Location(s.Accounts.Files["group"].Entry, g.Line)},
		}
		if g.Name == "shadow" {
			v.Severity = seaworthy.Medium
		}
		list = append(list, v)
	}
	return list
}

func findUserUnknown(s *check.Image) []check.Violation {
	if s.User.Unknown == "" || len(s.Accounts.Unread) > 0 {
		return nil
	}
	return []check.Violation{{Evidence: fmt.Sprintf("USER %s: the image has no account or group %q", s.Config.User, s.User.Unknown)}}
}

func findUserNotNumeric(s *check.Image) []check.Violation {
	name, _, _ := strings.Cut(s.Config.User, ":")
	if _, err := account.ParseID(name); name == "" || err == nil || s.User.Unknown != "" || s.User.UID == 0 {
		return nil
	}
	return []check.Violation{{Evidence: fmt.Sprintf("USER %s, which is %d", s.Config.User, s.User.UID)}}
}
