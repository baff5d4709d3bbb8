package secret

import (
	"path"
	"strings"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/instruction"
)

const (
	rotate = "Rotate the secret first: whoever could pull the image has it. "
	build  = " Build with: docker buildx build --secret id="
)

// remedy says how the build should have been given a secret that is at a
// location: in the terms of the instruction that left it there.
func remedy(at *seaworthy.Location) string {
	in := instruction.Parse(at.Instruction)
	switch in.Keyword {
	case "ARG":
		return rotate + "Delete the ARG and let the step that needs the value take it from a secret: RUN --mount=type=secret,id=build-secret,env=NAME,required=true COMMAND." + build + "build-secret,env=NAME ."
	case "ENV":
		return rotate + "Delete the ENV. What the build needs comes from RUN --mount=type=secret,id=build-secret,env=NAME,required=true COMMAND; what the container needs is given to it when it starts." + build + "build-secret,env=NAME ."
	case "COPY", "ADD":
		return rotate + copyRemedy(at)
	case "RUN":
		return rotate + runRemedy(in.Args)
	case "LABEL", "CMD", "ENTRYPOINT", "HEALTHCHECK", "ONBUILD":
		return rotate + "Take it out of the " + in.Keyword + " instruction and give it to the container when it starts."
	}
	return rotate + "Do not let it into the image: mount it for the one step that needs it with RUN --mount=type=secret,id=build-secret,target=FILE,required=true COMMAND, or give it to the container when it starts." + build + "build-secret,src=FILE ."
}

func copyRemedy(at *seaworthy.Location) string {
	if strings.Contains(at.Instruction, "://") && at.Path == "" {
		return "Take user and password out of the URL, and pass them as the secret HTTP_AUTH_HEADER_host, or for Git as GIT_AUTH_TOKEN." + build + "HTTP_AUTH_HEADER_host,env=NAME ."
	}
	base := path.Base(at.Path)
	if strings.HasPrefix(base, "id_") || strings.Contains(at.Path, ".ssh/") {
		return "Do not copy the key. Forward an agent to the step that needs it: RUN --mount=type=ssh,required=true git clone git@HOST:REPOSITORY, with a pinned known_hosts. Build with: docker buildx build --ssh default ."
	}
	file := "/" + printablePath(at.Path)
	return "Do not copy the file; a later removal does not take it out of this layer. Mount it where it is needed: RUN --mount=type=secret,id=build-secret,target=" + file + ",required=true COMMAND, and name it in .dockerignore." + build + "build-secret,src=FILE ."
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

// runRemedy picks the way that suits the program that was given the secret.
func runRemedy(script string) string {
	for _, w := range [...]struct{ program, advice string }{
		{"npm ", "RUN --mount=type=secret,id=build-secret,target=/root/.npmrc,required=true npm ci."},
		{"yarn ", "RUN --mount=type=secret,id=build-secret,target=/root/.npmrc,required=true yarn install."},
		{"pip", "RUN --mount=type=secret,id=build-secret,env=PIP_INDEX_URL,required=true pip install PACKAGE."},
		{"git ", "ADD https://HOST/REPOSITORY.git#TAG /src with the secret GIT_AUTH_TOKEN, or RUN --mount=type=ssh,required=true git clone git@HOST:REPOSITORY."},
		{"curl", `RUN --mount=type=secret,id=build-secret,env=TOKEN,required=true curl -fsSL -H "Authorization: Bearer $TOKEN" URL -o FILE.`},
		{"wget", `RUN --mount=type=secret,id=build-secret,env=TOKEN,required=true wget --header="Authorization: Bearer $TOKEN" URL.`},
		{"docker login", "RUN --mount=type=secret,id=build-secret,target=/root/.docker/config.json,required=true COMMAND, without a login in the build."},
	} {
		if strings.Contains(script, w.program) {
			return w.advice + " What the command writes to disk must not hold the secret either." + build + "build-secret,src=FILE ."
		}
	}
	return "RUN --mount=type=secret,id=build-secret,env=NAME,required=true COMMAND, with $NAME where the value stood." + build + "build-secret,env=NAME ."
}
