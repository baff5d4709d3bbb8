package main

import (
	"archive/tar"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"seaworthy.dev/seaworthy/bench/layout"
	"seaworthy.dev/seaworthy/bench/secrets/corpus"
)

// writeInstruction writes an archive of an image with one harmless layer and the
// instruction in its history.
func writeInstruction(archive string, f corpus.File) error {
	text := string(f.Body)
	_, rest, _ := strings.Cut(text, " ")
	img := layout.Image{Reference: "made-up:latest", Steps: []layout.Step{
		{Instruction: "COPY motd /etc/motd # buildkit", Tar: motd},
		{Instruction: text},
	}}
	switch f.Kind {
	case corpus.EnvInstruction:
		img.Config.Env = []string{rest}
	case corpus.LabelInstruction:
		key, value, _ := strings.Cut(rest, "=")
		img.Config.Labels = map[string]string{key: value}
	case corpus.CmdInstruction:
		if err := json.Unmarshal([]byte(strings.ReplaceAll(rest, `" "`, `", "`)), &img.Config.Cmd); err != nil {
			return fmt.Errorf("the instruction %s: %w", text, err)
		}
	}
	return layout.WriteArchive(archive, &img)
}

// motd is a layer with a greeting.
func motd(w io.Writer) error {
	const greeting = "Welcome aboard.\n"
	t := tar.NewWriter(w)
	if err := t.WriteHeader(&tar.Header{Name: "etc/motd", Mode: 0o644, Size: int64(len(greeting))}); err != nil {
		return err
	}
	if _, err := io.WriteString(t, greeting); err != nil {
		return err
	}
	return t.Close()
}
