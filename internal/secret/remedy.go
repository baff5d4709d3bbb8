package secret

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential"
	"seaworthy.dev/seaworthy/internal/instruction"
)

const (
	rotate = "Rotate the secret first: whoever could pull the image has it."
	// frontend is what a Dockerfile with --mount starts with.
	frontend = "The Dockerfile starts with: # syntax=docker/dockerfile:1"
	buildkit = "docker buildx build "
	// anyCommand stands for the command of a step that is not known.
	anyCommand = "COMMAND"
	// maxShownStep bounds the instruction that a remedy rewrites, in bytes.
	maxShownStep = 400
)

// remedy says how the build should have been given the secret that a step of it
// left at a location: in lines for the Dockerfile, made of that step and of the
// one that needed the secret. Steps are those of the history.
func remedy(r *credential.Rule, at *seaworthy.Location, steps []instruction.Instruction) string {
	in := instruction.Parse(at.Instruction)
	var lines []string
	switch {
	case strings.Contains("/"+at.Path, "/.git/") && in.Keyword != "RUN":
		lines = []string{
			"The repository's history holds it, also where no file does any more. Name it in .dockerignore:", ".git",
			"and take it out of the history too (git filter-repo).",
		}
	case at.Path != "" && inProgram(r, at):
		lines = []string{
			"Take it out of the program, and let that read it when it starts:",
			fmt.Sprintf("docker run -e %s …, or a secret of the orchestrator.", variableFor(r)),
		}
	default:
		lines = stepRemedy(r, in, at, steps)
	}
	return strings.Join(append([]string{rotate}, lines...), "\n")
}

func isAlnum(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// inProgram reports whether a secret is part of a program rather than a file of its
// own: then nothing can be mounted in its place.
func inProgram(r *credential.Rule, at *seaworthy.Location) bool {
	file, _, member := strings.Cut(at.Path, "!/")
	if programFile(at.Path) {
		return true
	}
	switch ext := strings.ToLower(path.Ext(file)); ext {
	case ".jar", ".war", ".ear", ".aar", ".whl", ".egg", ".nupkg", ".phar", ".asar":
		return true
	case ".db", ".sqlite", ".sqlite3", ".db3":
		return false
	}
	// Only what is no text has no lines.
	return !member && at.Line == 0 && at.Offset > 0 && !r.OwnFile()
}

// programFile reports whether a file is the source or the code of a program.
func programFile(p string) bool {
	switch path.Ext(p) {
	case ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".py", ".pyc", ".go", ".java", ".class", ".kt", ".scala", ".groovy", ".rb", ".php", ".cs", ".dll", ".exe", ".rs", ".c", ".h", ".cc", ".cpp",
		".hpp", ".swift", ".m", ".pl", ".pm", ".lua", ".ex", ".exs", ".erl", ".clj", ".dart", ".r", ".so", ".o", ".a", ".wasm", ".html", ".vue", ".map":
		return true
	}
	return false
}

// stepRemedy is for what a step of the build itself left.
func stepRemedy(r *credential.Rule, in instruction.Instruction, at *seaworthy.Location, steps []instruction.Instruction) []string {
	switch in.Keyword {
	case "ARG", "ENV":
		return variableRemedy(in, steps)
	case "COPY", "ADD":
		if at.Path == "" {
			return downloadRemedy(in)
		}
		return copyRemedy(in, at, steps)
	case "RUN":
		return runRemedy(r, in, at)
	case "LABEL":
		return []string{"Delete it from the LABEL: whoever sees the image sees its labels."}
	case "CMD", "ENTRYPOINT", "HEALTHCHECK":
		command := in.String()
		if words, exec := instruction.ParseExecForm(in.Args); exec { // in which nothing is expanded
			command = in.Keyword + " exec " + strings.Join(words, " ")
		}
		return []string{
			"Let the container be given it when it starts, and the command read it there:",
			shown(withVariables(command, []string{variableFor(r)})),
			fmt.Sprintf("docker run -e %s …, or a secret of the orchestrator.", variableFor(r)),
		}
	case "ONBUILD":
		return []string{"Take it out of the ONBUILD: every build from this image repeats it. Let the trigger mount it:",
			"ONBUILD RUN --mount=type=secret,id=NAME,env=NAME,required=true COMMAND"}
	}
	return []string{
		"Do not let it into the image: mount it for the one step that needs it, or give it to the container when it starts.",
		"RUN --mount=type=secret,id=NAME,target=/" + printablePath(at.Path) + ",required=true COMMAND",
		buildkit + "--secret id=NAME,src=FILE .",
	}
}

// variableRemedy is for a value of ARG or ENV: the step that uses the variable
// gets it from a secret of the build.
func variableRemedy(in instruction.Instruction, steps []instruction.Instruction) []string {
	name := "NAME"
	if pairs := in.Pairs(); len(pairs) > 0 {
		name = variable(pairs[0].Key)
	}
	lines := []string{"Delete: " + in.Keyword + " " + name}
	if in.Keyword == "ENV" {
		lines = append(lines, fmt.Sprintf("If the container needs it, give it when it starts: docker run -e %s …, or a secret of the orchestrator.", name), "If the build needs it:")
	}
	command := anyCommand
	for i := range steps {
		if s := &steps[i]; s.Keyword == "RUN" && mentions(s, name) {
			command = strings.TrimPrefix(s.Redacted(), "RUN ")
			break
		}
	}
	return append(lines, shown("RUN "+mountVariable(name)+" "+command), buildSecret(name), frontend)
}

// mentions reports whether a step uses a variable or, as build argument, got it.
func mentions(s *instruction.Instruction, name string) bool {
	return strings.Contains(s.Args, "$"+name) || strings.Contains(s.Args, "${"+name) ||
		slices.ContainsFunc(s.BuildArgs, func(kv instruction.KeyValue) bool { return kv.Key == name })
}

// downloadRemedy is for user and password in the URL of an ADD.
func downloadRemedy(in instruction.Instruction) []string {
	host, url := "HOST", "https://HOST/FILE"
	if t, ok := in.Transfer(); ok && len(t.Sources) > 0 {
		if scheme, rest, ok := strings.Cut(t.Sources[0].Text, "://"); ok {
			rest = rest[strings.LastIndexByte(rest, '@')+1:]
			host, _, _ = strings.Cut(rest, "/")
			url = strings.Replace(in.String(), t.Sources[0].Text, scheme+"://"+rest, 1)
		}
	}
	return []string{
		"Take user and password out of the URL:", shown(url),
		buildkit + "--secret id=HTTP_AUTH_HEADER_" + host + ",env=HEADER .",
		"where HEADER is \"Basic …\" or \"Bearer …\"; for a Git repository the secret is GIT_AUTH_TOKEN.", frontend,
	}
}

// copyRemedy is for a file that was copied: the step that needed it mounts it.
func copyRemedy(in instruction.Instruction, at *seaworthy.Location, steps []instruction.Instruction) []string {
	if _, ok := in.Flag("from"); ok {
		return []string{
			"Copy from the other stage only what the program needs, not all that lies beside it:",
			"COPY --from=STAGE /PATH/OF/PROGRAM /PATH/OF/PROGRAM",
			"And let that stage mount the secret too, for its layers go into the build cache:",
			"RUN --mount=type=secret,id=" + secretID(path.Base(at.Path)) + ",target=/" + printablePath(at.Path) + ",required=true COMMAND",
		}
	}
	file, _, _ := strings.Cut(at.Path, "!/")
	base := path.Base(file)
	command := anyCommand
	if at.Layer != nil {
		command = userOf(steps, *at.Layer, at.RemovedIn, file)
	}
	const no = "Do not copy it; that a later step removes it does not take it out of the layer. Delete, or narrow:"
	step := shown(in.String())
	if strings.HasPrefix(base, "id_") || strings.Contains(file, ".ssh/") {
		return []string{
			no, step,
			"Forward an agent to the command that needs the key, with a known_hosts that you have pinned:",
			shown("RUN --mount=type=ssh,required=true " + command),
			buildkit + "--ssh default .", frontend,
		}
	}
	id := secretID(base)
	return []string{
		no, step, "Mount it for the command that needs it, and name it in .dockerignore:",
		shown("RUN --mount=type=secret,id=" + id + ",target=/" + printablePath(file) + ",required=true " + command),
		buildkit + "--secret id=" + id + ",src=" + printablePath(sourceOf(in, file)) + " .", frontend,
	}
}

// sourceOf is where in the build context a file was that a COPY or ADD brought; its
// name alone if the instruction does not tell.
func sourceOf(in instruction.Instruction, file string) string {
	t, ok := in.Transfer()
	if !ok || len(t.Sources) != 1 || t.Sources[0].Kind != instruction.Path || strings.ContainsAny(t.Sources[0].Text, "*?[") {
		return path.Base(file)
	}
	source := strings.TrimPrefix(path.Clean(t.Sources[0].Text), "/")
	if path.Base(source) == path.Base(file) || path.Clean(t.Dest) == "/"+file {
		return source
	}
	if below, ok := strings.CutPrefix("/"+file, strings.TrimSuffix(path.Clean(t.Dest), "/")+"/"); ok && path.IsAbs(t.Dest) {
		return path.Join(source, below)
	}
	return path.Base(file)
}

// withoutRemoval takes out of a command that it removes a file, which a mount does
// not need.
func withoutRemoval(command, base string) string {
	parts := strings.Split(command, "&&")
	kept := slices.DeleteFunc(slices.Clone(parts), func(part string) bool {
		part = strings.TrimSpace(part)
		return strings.HasPrefix(part, "rm ") && strings.Contains(part, base)
	})
	if len(kept) == 0 {
		return command
	}
	return strings.TrimSpace(strings.Join(kept, "&&"))
}

// persisting are commands that write what they are given to a file, which then
// has to be mounted instead.
var persisting = [...]struct{ mark, file string }{
	{"npm config set", "/root/.npmrc"}, {"yarn config set", "/root/.yarnrc.yml"}, {".npmrc", "/root/.npmrc"},
	{"pip config set", "/root/.config/pip/pip.conf"}, {"docker login", "/root/.docker/config.json"}, {"aws configure", "/root/.aws/credentials"},
	{"git config", "/root/.git-credentials"}, {".netrc", "/root/.netrc"}, {"composer config", "/root/.composer/auth.json"},
	{"gem sources", "/root/.gem/credentials"}, {"helm registry login", "/root/.config/helm/registry/config.json"},
}

// runRemedy is for what a command was given, or left in a file.
func runRemedy(r *credential.Rule, in instruction.Instruction, at *seaworthy.Location) []string {
	if at.Path != "" {
		file, _, _ := strings.Cut(at.Path, "!/")
		if strings.Contains(file, ".git/") {
			return cloneRemedy()
		}
		if hostKey(file) {
			return []string{
				"Every container of the image has it. Remove the keys in the step that installs the server:",
				"RUN COMMAND && rm -f /etc/ssh/ssh_host_*",
				"and let each container make its own when it first starts: ssh-keygen -A.",
			}
		}
		id := secretID(path.Base(file))
		return []string{
			"The step leaves it in /" + printablePath(file) + ". Mount that file instead of writing it, so that no layer holds it:",
			"RUN --mount=type=secret,id=" + id + ",target=/" + printablePath(file) + ",required=true COMMAND",
			buildkit + "--secret id=" + id + ",src=FILE .", frontend,
		}
	}
	script := in.Args
	for _, p := range persisting {
		if strings.Contains(script, p.mark) {
			id := secretID(path.Base(p.file))
			return []string{
				"The command writes it to a file, and that into the layer. Leave the command out, and mount the file for the steps that need it:",
				"RUN --mount=type=secret,id=" + id + ",target=" + p.file + ",required=true COMMAND",
				buildkit + "--secret id=" + id + ",src=FILE .", frontend,
			}
		}
	}
	switch {
	case strings.Contains(script, "chpasswd") || strings.Contains(script, "passwd "):
		return []string{"Give no account of an image a password: lock it (passwd -l), and run as a USER without one. A user who must log in gets a key or a password when the container starts."}
	case strings.Contains(script, "git clone"):
		return cloneRemedy()
	}
	names := []string{variableFor(r)}
	for i := 2; i <= strings.Count(script, instruction.Hidden); i++ {
		names = append(names, fmt.Sprintf("%s_%d", names[0], i))
	}
	if len(names) > 4 {
		names = names[:4]
	}
	var mounts, secrets []string
	for _, n := range names {
		mounts = append(mounts, mountVariable(n))
		secrets = append(secrets, "--secret id="+secretID(n)+",env="+n)
	}
	return []string{
		"Let the build hand it to the one command that needs it:",
		shown("RUN " + strings.Join(mounts, " ") + " " + withVariables(script, names)),
		buildkit + strings.Join(secrets, " ") + " .", frontend,
	}
}

// hostKey reports whether a file is the key of an SSH server, which its package makes
// when it is installed.
func hostKey(file string) bool {
	name, ok := strings.CutPrefix(file, "etc/ssh/ssh_host_")
	return ok && strings.HasSuffix(name, "_key")
}

// cloneRemedy is for a token in the URL of a repository, which Git writes down.
func cloneRemedy() []string {
	return []string{
		"Git writes the URL with the secret into .git/config. Let BuildKit fetch the repository:",
		"ADD https://HOST/REPOSITORY.git#TAG /src",
		buildkit + "--secret id=GIT_AUTH_TOKEN,env=TOKEN .",
		"or clone with a key: RUN --mount=type=ssh,required=true git clone git@HOST:REPOSITORY /src", frontend,
	}
}

// withVariables puts variables in the places of what is hidden in a command, the
// last one for all that are left. In single quotes no shell would look at them, so
// they go outside.
func withVariables(script string, names []string) string {
	var b strings.Builder
	single, double := false, false
	for i := 0; i < len(script); {
		if strings.HasPrefix(script[i:], instruction.Hidden) {
			if strings.HasSuffix(b.String(), "uthorization: ") { // the scheme is hidden too
				b.WriteString("Bearer ")
			}
			if single {
				b.WriteString(`'"$` + names[0] + `"'`)
			} else {
				b.WriteString("$" + names[0])
			}
			if len(names) > 1 {
				names = names[1:]
			}
			i += len(instruction.Hidden)
			continue
		}
		switch c := script[i]; {
		case c == '\\' && !single && i+1 < len(script):
			b.WriteByte(c)
			i++
		case c == '\'' && !double:
			single = !single
		case c == '"' && !single:
			double = !double
		}
		b.WriteByte(script[i])
		i++
	}
	return b.String()
}

func mountVariable(name string) string {
	return "--mount=type=secret,id=" + secretID(name) + ",env=" + name + ",required=true"
}

func buildSecret(name string) string {
	return buildkit + "--secret id=" + secretID(name) + ",env=" + name + " ."
}

// variableFor names the variable for a secret of a kind.
func variableFor(r *credential.Rule) string {
	if r.Variable != "" {
		return r.Variable
	}
	return variable(r.ID)
}

// variable makes a name for a variable of a text.
func variable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r < 128 && isAlnum(byte(r)), r == '_':
			return r
		case r == '-' || r == '.':
			return '_'
		}
		return -1
	}, s[:min(len(s), credential.MaxName)])
	if strings.ToLower(s) == s {
		s = strings.ToUpper(s)
	}
	if s == "" || isDigit(s[0]) {
		return "NAME"
	}
	return s
}

// secretID makes the id of a secret of the build of a file's or a variable's name.
func secretID(name string) string {
	id := strings.ToLower(strings.Trim(printablePath(path.Base(name)), "./"))
	if id == "" {
		return "secret"
	}
	return id[:min(len(id), credential.MaxName)]
}

// printablePath is a path for an instruction; what would need quoting is left out.
func printablePath(p string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && (isAlnum(byte(r)) || strings.ContainsRune("._-/", r)) {
			return r
		}
		return -1
	}, p)
}

// shown is an instruction on one line, cut where it gets long.
func shown(step string) string {
	step = strings.Join(strings.Fields(strings.ToValidUTF8(step, "\ufffd")), " ")
	if len(step) > maxShownStep {
		step = strings.ToValidUTF8(step[:maxShownStep], "") + "…"
	}
	return step
}
