package filecheck

import (
	"iter"
	"path"
	"strings"

	"seaworthy.dev/seaworthy/internal/misconfig/check"
)

// cronJob is a program that a line of a crontab(5) starts.
type cronJob struct {
	user    string
	program string // a path without leading slash
}

// ownCrontab returns the user whose crontab a file is. It is empty for a crontab of the
// system, in which each line names a user.
func ownCrontab(file string) string {
	switch dir, base := path.Split(file); strings.TrimSuffix(dir, "/") {
	case "var/spool/cron", "var/spool/cron/crontabs", "var/spool/cron/tabs", "etc/crontabs":
		return base
	}
	return ""
}

// cronJobs yields the jobs of a crontab whose program has an absolute path, at most
// maxJobs. owner is what ownCrontab returns for the file.
func cronJobs(body, owner string) iter.Seq[cronJob] {
	return func(yield func(cronJob) bool) {
		n := 0
		for line := range strings.Lines(body) {
			fields := strings.Fields(line)
			if len(fields) < 2 || fields[0][0] == '#' || strings.Contains(fields[0], "=") {
				continue
			}
			times := 5
			if fields[0][0] == '@' {
				times = 1
			}
			job := cronJob{user: owner}
			if job.user == "" {
				if len(fields) <= times {
					continue
				}
				job.user = fields[times]
				times++
			}
			for _, word := range fields[min(times, len(fields)):] {
				word = strings.Trim(word, `"';()&|`)
				if !strings.HasPrefix(word, "/") || strings.HasPrefix(word, "/dev/") {
					continue
				}
				if job.program = check.Rooted(word); job.program == "" {
					continue
				}
				if n++; !yield(job) || n == maxJobs {
					return
				}
			}
		}
	}
}

// unitPrograms returns the programs that a systemd service starts as root, as paths
// without leading slash; none if the service runs as another user.
func unitPrograms(body string) []string {
	var list []string
	section := ""
	for line := range strings.Lines(body) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok || section != "[Service]" {
			continue
		}
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		switch {
		case key == "User" && value != "root" && value != "0" && value != "":
			return nil
		case key == "DynamicUser" && (value == "yes" || value == "true" || value == "1"):
			return nil
		case strings.HasPrefix(key, "Exec") && len(list) < maxJobs:
			program, _, _ := strings.Cut(strings.TrimLeft(value, "@-:+!|"), " ")
			if strings.HasPrefix(program, "/") {
				list = append(list, check.Rooted(program))
			}
		}
	}
	return list
}

// reduceCrontab removes everything from a crontab but the times, user and absolute paths
// of each job.
func reduceCrontab(data []byte) []byte {
	return check.ReduceLines(data, func(line string) string {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0][0] == '#' || strings.Contains(fields[0], "=") {
			return ""
		}
		kept := 6 // five times, and a user or the first word of the command
		if fields[0][0] == '@' {
			kept = 2
		}
		out := fields[:min(kept, len(fields))]
		for _, word := range fields[len(out):] {
			if plainPath(strings.Trim(word, `"';()&|`)) {
				out = append(out, word)
			}
		}
		return strings.Join(out, " ")
	})
}

// reduceUnit removes everything from a systemd unit but its sections, users and programs.
func reduceUnit(data []byte) []byte {
	return check.ReduceLines(data, func(line string) string {
		line = strings.TrimSpace(line)
		key, value, _ := strings.Cut(line, "=")
		switch key = strings.TrimSpace(key); {
		case strings.HasPrefix(line, "["), key == "User", key == "DynamicUser":
			return line
		case strings.HasPrefix(key, "Exec"):
			program, _, _ := strings.Cut(strings.TrimSpace(value), " ")
			return key + "=" + program
		}
		return ""
	})
}

// reduceScript removes everything from a shell script but its interpreter, and the
// absolute paths in lines that start with one or with exec.
func reduceScript(data []byte) []byte {
	first := true
	return check.ReduceLines(data, func(line string) string {
		interpreter := first && strings.HasPrefix(line, "#!")
		first = false
		fields := strings.Fields(line)
		switch {
		case interpreter:
			return strings.Join(fields[:min(3, len(fields))], " ")
		case len(fields) == 0 || fields[0] != "exec" && !plainPath(fields[0]):
			return ""
		}
		var out []string
		for _, word := range fields {
			if plainPath(word) {
				out = append(out, word)
			}
		}
		return strings.Join(out, " ")
	})
}

// plainPath reports whether a word is an absolute path that a shell would not expand.
func plainPath(word string) bool {
	return len(word) > 1 && word[0] == '/' && !strings.ContainsAny(word, "$`*?[]{}<>()\"'\\;&|=,@:")
}
