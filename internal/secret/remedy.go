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
	rotate = "Rotate the secret first: anyone who could pull the image has it."
	// frontend is what a Dockerfile with --mount starts with.
	frontend = "The Dockerfile must start with: # syntax=docker/dockerfile:1"
	buildkit = "docker buildx build "
	// anyCommand stands for the command of a step that is not known.
	anyCommand = "COMMAND"
	// maxShownStep bounds the instruction that a remedy rewrites, in bytes.
	maxShownStep = 400
)

// remedy says how the build should have been given the secret that a step of it
// left at a location: in instructions for the Dockerfile, made of that step and of
// the one that needed the secret. Steps are those of the history.
func remedy(r *credential.Rule, at *seaworthy.Location, steps []step) *seaworthy.Remedy {
	in := instruction.Parse(at.Instruction)
	fix := &seaworthy.Remedy{Summary: rotate, Fixes: []seaworthy.Subject{subjectOf(at)}}
	switch {
	case strings.Contains("/"+at.Path, "/.git/") && in.Keyword != "RUN":
		fix.Steps = []seaworthy.RemedyStep{
			seaworthy.Note("Add .git to .dockerignore, and remove the secret from the repository's history too (git filter-repo): the history keeps it after the file is deleted."),
		}
	case at.Path != "" && inProgram(r, at):
		fix.Steps = []seaworthy.RemedyStep{
			seaworthy.Note("Remove it from the program, which should read it when it starts."), passVariable(variableFor(r)),
		}
	default:
		fix.Steps = stepRemedy(r, in, at, steps)
	}
	return fix
}

// passVariable is how a container gets a secret when it starts.
func passVariable(name string) seaworthy.RemedyStep {
	return seaworthy.Note(fmt.Sprintf("Pass it to the container when it starts: docker run -e %s …, or a secret of the orchestrator.", name))
}

// subjectOf is the file, the variable, the label or the instruction that holds the
// secret at a location.
func subjectOf(at *seaworthy.Location) seaworthy.Subject {
	if at.Path != "" {
		name, _ := seaworthy.TextPath(at.Path)
		return seaworthy.Subject{Kind: seaworthy.SubjectFile, Name: name}
	}
	in := instruction.Parse(at.Instruction)
	if pairs := in.Pairs(); len(pairs) == 1 {
		switch in.Keyword {
		case "ARG", "ENV":
			return seaworthy.Subject{Kind: seaworthy.SubjectVariable, Name: pairs[0].Key}
		case "LABEL":
			return seaworthy.Subject{Kind: seaworthy.SubjectLabel, Name: pairs[0].Key}
		}
	}
	return seaworthy.Subject{Kind: seaworthy.SubjectInstruction, Name: at.Instruction}
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
func stepRemedy(r *credential.Rule, in instruction.Instruction, at *seaworthy.Location, steps []step) []seaworthy.RemedyStep {
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
		return []seaworthy.RemedyStep{seaworthy.Note("Remove it from the LABEL: anyone who can pull the image sees its labels.")}
	case "CMD", "ENTRYPOINT", "HEALTHCHECK":
		command := in.String()
		if words, exec := instruction.ParseExecForm(in.Args); exec { // in which nothing is expanded
			command = in.Keyword + " exec " + strings.Join(words, " ")
		}
		return []seaworthy.RemedyStep{
			seaworthy.Note("Read it from a variable:"),
			seaworthy.Dockerfile(shown(withVariables(command, []string{variableFor(r)}))),
			passVariable(variableFor(r)),
		}
	case "ONBUILD":
		return []seaworthy.RemedyStep{
			seaworthy.Note("Remove it from the ONBUILD, which every build from this image repeats. The trigger can mount it:"),
			seaworthy.Dockerfile("ONBUILD RUN --mount=type=secret,id=NAME,env=NAME,required=true COMMAND"),
		}
	}
	return []seaworthy.RemedyStep{
		seaworthy.Note("Keep it out of the image: mount it for the step that needs it, or in the container when it starts."),
		seaworthy.Dockerfile("RUN --mount=type=secret,id=NAME,target=/" + printablePath(at.Path) + ",required=true COMMAND"),
		seaworthy.Command(buildkit + "--secret id=NAME,src=FILE ."),
	}
}

// variableRemedy is for a value of ARG or ENV: the step that uses the variable
// gets it from a secret of the build.
func variableRemedy(in instruction.Instruction, steps []step) []seaworthy.RemedyStep {
	name := "NAME"
	if pairs := in.Pairs(); len(pairs) > 0 {
		name = variable(pairs[0].Key)
	}
	list := []seaworthy.RemedyStep{seaworthy.Note("Delete the " + in.Keyword + " " + name + ".")}
	if in.Keyword == "ENV" {
		list = append(list, seaworthy.Note(fmt.Sprintf("If the container needs it, pass it when it starts: docker run -e %s …, or a secret of the orchestrator.", name)))
		list = append(list, seaworthy.Note("If the build needs it:"))
	}
	command := anyCommand
	for i := range steps {
		if s := &steps[i]; s.Keyword == "RUN" && mentions(&s.Instruction, name) {
			command = strings.TrimPrefix(s.redacted(), "RUN ")
			break
		}
	}
	return append(list, seaworthy.Dockerfile(shown("RUN "+mountVariable(name)+" "+command)), seaworthy.Command(buildSecret(name)), seaworthy.Note(frontend))
}

// mentions reports whether a step uses a variable or, as build argument, got it.
func mentions(s *instruction.Instruction, name string) bool {
	return strings.Contains(s.Args, "$"+name) || strings.Contains(s.Args, "${"+name) ||
		slices.ContainsFunc(s.BuildArgs, func(kv instruction.KeyValue) bool { return kv.Key == name })
}

// downloadRemedy is for user and password in the URL of an ADD.
func downloadRemedy(in instruction.Instruction) []seaworthy.RemedyStep {
	host, url := "HOST", "https://HOST/FILE"
	if t, ok := in.Transfer(); ok && len(t.Sources) > 0 {
		if scheme, rest, ok := strings.Cut(t.Sources[0].Text, "://"); ok {
			rest = rest[strings.LastIndexByte(rest, '@')+1:]
			host, _, _ = strings.Cut(rest, "/")
			url = strings.Replace(in.String(), t.Sources[0].Text, scheme+"://"+rest, 1)
		}
	}
	return []seaworthy.RemedyStep{
		seaworthy.Note("Remove user and password from the URL:"), seaworthy.Dockerfile(shown(url)),
		seaworthy.Command(buildkit + "--secret id=HTTP_AUTH_HEADER_" + host + ",env=HEADER ."),
		seaworthy.Note("HEADER is \"Basic …\" or \"Bearer …\". For a Git repository, the id of the secret is GIT_AUTH_TOKEN."), seaworthy.Note(frontend),
	}
}

// copyRemedy is for a file that was copied: the step that needed it mounts it.
func copyRemedy(in instruction.Instruction, at *seaworthy.Location, steps []step) []seaworthy.RemedyStep {
	if _, ok := in.Flag("from"); ok {
		return []seaworthy.RemedyStep{
			seaworthy.Note("Copy from the other stage only what the program needs:"),
			seaworthy.Dockerfile("COPY --from=STAGE /PATH/OF/PROGRAM /PATH/OF/PROGRAM"),
			seaworthy.Note("Mount the secret in that stage too, as its layers go into the build cache:"),
			seaworthy.Dockerfile("RUN --mount=type=secret,id=" + secretID(path.Base(at.Path)) + ",target=/" + printablePath(at.Path) + ",required=true COMMAND"),
		}
	}
	file, _, _ := strings.Cut(at.Path, "!/")
	base := path.Base(file)
	command := anyCommand
	if at.Layer != nil {
		command = commandUsing(steps, *at.Layer, at.RemovedIn, file)
	}
	no := seaworthy.Note("Do not COPY it: deleting it in a later step leaves it in the layer. Remove this instruction, or copy less: " + shown(in.String()))
	if strings.HasPrefix(base, "id_") || strings.Contains(file, ".ssh/") {
		return []seaworthy.RemedyStep{
			no, seaworthy.Note("Forward an SSH agent to the command that needs the key, with a pinned known_hosts:"),
			seaworthy.Dockerfile(shown("RUN --mount=type=ssh,required=true " + command)),
			seaworthy.Command(buildkit + "--ssh default ."), seaworthy.Note(frontend),
		}
	}
	id := secretID(base)
	return []seaworthy.RemedyStep{
		no, seaworthy.Note("Add it to .dockerignore, and mount it for the command that needs it:"),
		seaworthy.Dockerfile(shown("RUN --mount=type=secret,id=" + id + ",target=/" + printablePath(file) + ",required=true " + command)),
		seaworthy.Command(buildkit + "--secret id=" + id + ",src=" + printablePath(sourceOf(in, file)) + " ."), seaworthy.Note(frontend),
	}
}

// sourceOf is where in the build context a file was that a COPY or ADD brought; its
// name alone if the instruction does not say.
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
func runRemedy(r *credential.Rule, in instruction.Instruction, at *seaworthy.Location) []seaworthy.RemedyStep {
	if at.Path != "" {
		file, _, _ := strings.Cut(at.Path, "!/")
		if strings.Contains(file, ".git/") {
			return cloneRemedy()
		}
		if hostKey(file) {
			return []seaworthy.RemedyStep{
				seaworthy.Note("All containers of the image share the keys. Remove them in the step that installs the server:"),
				seaworthy.Dockerfile("RUN COMMAND && rm -f /etc/ssh/ssh_host_*"),
				seaworthy.Note("Create new ones when a container first starts: ssh-keygen -A."),
			}
		}
		id := secretID(path.Base(file))
		return []seaworthy.RemedyStep{
			seaworthy.Note("The step writes it to /" + printablePath(file) + ". Mount that file instead, so that no layer holds it:"),
			seaworthy.Dockerfile("RUN --mount=type=secret,id=" + id + ",target=/" + printablePath(file) + ",required=true COMMAND"),
			seaworthy.Command(buildkit + "--secret id=" + id + ",src=FILE ."), seaworthy.Note(frontend),
		}
	}
	script := in.Args
	for _, p := range persisting {
		if strings.Contains(script, p.mark) {
			id := secretID(path.Base(p.file))
			return []seaworthy.RemedyStep{
				seaworthy.Note("The command writes it to a file in the layer. Remove the command, and mount the file for the steps that need it:"),
				seaworthy.Dockerfile("RUN --mount=type=secret,id=" + id + ",target=" + p.file + ",required=true COMMAND"),
				seaworthy.Command(buildkit + "--secret id=" + id + ",src=FILE ."), seaworthy.Note(frontend),
			}
		}
	}
	switch {
	case strings.Contains(script, "chpasswd") || strings.Contains(script, "passwd "):
		return []seaworthy.RemedyStep{seaworthy.Note("Lock the account (passwd -l), and run as a USER without a password. A user who must log in gets a key or a password when the container starts.")}
	case strings.Contains(script, "git clone"):
		return cloneRemedy()
	}
	names := []string{variableFor(r)}
	for i := 2; i <= strings.Count(script, seaworthy.RedactionMark); i++ {
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
	return []seaworthy.RemedyStep{
		seaworthy.Note("Mount it for the command that needs it:"),
		seaworthy.Dockerfile(shown("RUN " + strings.Join(mounts, " ") + " " + withVariables(script, names))),
		seaworthy.Command(buildkit + strings.Join(secrets, " ") + " ."), seaworthy.Note(frontend),
	}
}

// hostKey reports whether a file is the key of an SSH server, which its package makes
// when it is installed.
func hostKey(file string) bool {
	name, ok := strings.CutPrefix(file, "etc/ssh/ssh_host_")
	return ok && strings.HasSuffix(name, "_key")
}

// cloneRemedy is for a token in the URL of a repository, which Git writes down.
func cloneRemedy() []seaworthy.RemedyStep {
	return []seaworthy.RemedyStep{
		seaworthy.Note("Git writes the URL with the secret to .git/config. Let BuildKit fetch the repository:"),
		seaworthy.Dockerfile("ADD https://HOST/REPOSITORY.git#TAG /src"),
		seaworthy.Command(buildkit + "--secret id=GIT_AUTH_TOKEN,env=TOKEN ."),
		seaworthy.Note("Or clone with a key:"),
		seaworthy.Dockerfile("RUN --mount=type=ssh,required=true git clone git@HOST:REPOSITORY /src"), seaworthy.Note(frontend),
	}
}

// withVariables puts variables in the places of what is hidden in a command, the
// last one for all that are left. In single quotes no shell would expand them, so
// they go outside.
func withVariables(script string, names []string) string {
	var b strings.Builder
	single, double := false, false
	for i := 0; i < len(script); {
		if strings.HasPrefix(script[i:], seaworthy.RedactionMark) {
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
			i += len(seaworthy.RedactionMark)
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

// printablePath is a path for an instruction; what would need quoting is dropped.
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
