package secret

import (
	"path"
	"slices"
	"strings"
	"sync"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/instruction"
	"seaworthy.dev/seaworthy/internal/shell"
)

// step is a step of the build. Remedies ask every step what it runs.
type step struct {
	instruction.Instruction
	commands func() []*shell.Command
	redacted func() string
}

// stepsOf gives the steps that the history of an image of some layers records.
func stepsOf(config seaworthy.ImageConfig, layers int, redactor *redact.Redactor) []step {
	recorded, _ := instruction.History(config, layers)
	steps := make([]step, len(recorded))
	for i, in := range recorded {
		steps[i] = step{in, sync.OnceValue(func() []*shell.Command {
			commands, _ := in.Commands()
			return commands
		}), sync.OnceValue(func() string { return in.Redacted(redactor) })}
	}
	return steps
}

// readers names the programs that read a file of credentials without its name among
// their arguments, by what its path contains; the first that fits counts.
var readers = [...]struct {
	mark     string
	programs []string
}{
	{"/.ssh/", []string{"git", "ssh", "scp", "sftp", "rsync", "npm", "pnpm", "yarn", "pip", "pip3", "uv", "poetry", "go", "cargo", "bundle", "composer", "ansible", "ansible-playbook"}},
	{"/.npmrc", []string{"npm", "npx", "pnpm", "yarn"}},
	{"/.yarnrc", []string{"yarn"}},
	{"/pip.conf", []string{"pip", "pip3", "uv"}},
	{"/.pypirc", []string{"twine", "flit", "poetry"}},
	{"/.netrc", []string{"curl", "wget", "git", "pip", "pip3", "go", "uv", "poetry"}},
	{"/.git-credentials", []string{"git", "go", "pip", "pip3", "npm", "composer"}},
	{"/.aws/", []string{"aws", "terraform", "tofu", "s3cmd", "packer", "cdk", "sam"}},
	{"/gcloud/", []string{"gcloud", "gsutil", "bq", "terraform", "tofu"}},
	{"/.azure/", []string{"az", "terraform", "tofu"}},
	{"/.kube/", []string{"kubectl", "helm", "k9s", "argocd", "flux"}},
	{"/.docker/", []string{"docker", "buildah", "podman", "skopeo", "crane", "oras", "helm"}},
	{"/.my.cnf", []string{"mysql", "mariadb", "mysqldump", "mariadb-dump", "mysqladmin"}},
	{"/.pgpass", []string{"psql", "pg_dump", "pg_restore", "createdb"}},
	{"/.m2/", []string{"mvn", "mvnw", "mvnd"}},
	{"/gradle.properties", []string{"gradle", "gradlew"}},
	{"/.gem/", []string{"gem", "bundle"}},
	{"/.bundle/", []string{"bundle"}},
	{"/.composer/", []string{"composer"}},
	{"/auth.json", []string{"composer", "skopeo", "podman", "buildah"}},
	{"/.cargo/", []string{"cargo"}},
	{"/.terraformrc", []string{"terraform", "tofu"}},
	{"/.terraform.d/", []string{"terraform", "tofu"}},
	{"/rclone", []string{"rclone"}},
}

// commandUsing is the command of the first step that uses a file that a layer brought and
// a later one, nil for none, removed: that names it, or runs a program that reads it
// unasked. It is anyCommand if no step seems to.
func commandUsing(steps []step, layer int, removed *int, file string) string {
	base := path.Base(file)
	var programs []string
	for _, r := range readers {
		if strings.Contains("/"+file, r.mark) {
			programs = r.programs
			break
		}
	}
	for i := range steps {
		s := &steps[i]
		if s.Keyword != "RUN" || s.Layer <= layer || removed != nil && s.Layer > *removed {
			continue
		}
		if slices.ContainsFunc(s.commands(), func(c *shell.Command) bool {
			return slices.Contains(programs, c.Name) || handles(c, base)
		}) {
			return withoutRemoval(strings.TrimPrefix(s.redacted(), "RUN "), base)
		}
	}
	return anyCommand
}

// handles reports whether a command names a file to work with it: not to remove it
// or to set its mode.
func handles(c *shell.Command, base string) bool {
	switch c.Name {
	case "rm", "unlink", "shred", "chmod", "chown", "chgrp", "touch", "test", "[", "ls", "stat":
		return false
	}
	for rest := c.Text; ; {
		before, after, found := strings.Cut(rest, base)
		if !found {
			return false
		}
		if named(before, base, after) {
			return true
		}
		rest = after
	}
}

// named reports whether a word in a command is the name of a file: whole, and with a
// directory in front of it unless no other word is written so.
func named(before, base, after string) bool {
	if after != "" && (isAlnum(after[0]) || strings.IndexByte("_-.", after[0]) >= 0) {
		return false
	}
	if before == "" {
		return true
	}
	last := before[len(before)-1]
	return last == '/' || strings.ContainsAny(base, "._0123456789") && !isAlnum(last) && strings.IndexByte("_-.$", last) < 0
}
