package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy"
	"seaworthy.dev/seaworthy/internal/credential/redact"
	"seaworthy.dev/seaworthy/internal/scan"
	"seaworthy.dev/seaworthy/internal/visible"
)

// lsFlags are the flags of ls.
type lsFlags struct {
	image  imageFlags
	format string
	layer  int
	buried bool

	secretRules string
}

func (a *app) lsCommand() *cobra.Command {
	var f lsFlags
	cmd := &cobra.Command{
		Use:   "ls IMAGE [PATH]",
		Short: "List the files of an image and their layers",
		Long: `Ls lists the files that a container of the image would see, or only PATH and what is
below it. For each file it shows the layer that added it.

--layer N lists what layer N adds and removes. --buried lists the files that later
layers deleted or replaced: they are still in the image, but no container sees them.`,
		Example: `  seaworthy ls alpine:3.20 /etc
  seaworthy ls --buried image.tar
  seaworthy ls --layer 2 --format json image.tar`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return &usageError{err: errors.New("want one or two arguments: the image and a path in it"), command: cmd.CommandPath()}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("layer") {
				f.layer = -1
			} else if f.layer < 0 {
				return fmt.Errorf("--layer %d: layers are numbered from 0, the lowest", f.layer)
			}
			return a.ls(cmd.Context(), args, &f)
		},
	}
	f.image.register(cmd)
	registerHiddenSecrets(cmd, &f.secretRules)
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", "text", "`format` of the list: text or json")
	flags.IntVar(&f.layer, "layer", 0, "`number` of a layer; list what it adds and removes; 0 is the lowest layer")
	flags.BoolVar(&f.buried, "buried", false, "list files that later layers deleted or replaced")
	cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) ls(ctx context.Context, args []string, f *lsFlags) error {
	var analyzers []seaworthy.Analyzer
	list := listText
	switch f.format {
	case "text":
	case "json":
		list = listJSON
		analyzers = append(analyzers, scan.Digests{})
	default:
		return fmt.Errorf("--format: unknown format %q: one of text, json", f.format)
	}
	under := ""
	if len(args) == 2 {
		under = path.Clean("/" + args[1])[1:]
	}
	s, err := a.reader(&f.image, f.secretRules, analyzers...)
	if err != nil {
		return err
	}
	progress := a.startProgress(f.image.noProgress, args[0], seaworthy.NopHandler{})
	defer progress.stop()
	for img, err := range s.ReadImages(ctx, args[0], progress) {
		if err != nil {
			return err
		}
		progress.stop()
		m := img.Merged()
		if n := len(m.Image().Layers); f.layer >= n {
			return fmt.Errorf("--layer %d: the layers of %s are 0 to %d", f.layer, args[0], n-1)
		}
		w := bufio.NewWriter(a.Stdout)
		n, err := list(w, m, choose(m, under, f, s.Redactor()))
		if err := errors.Join(err, w.Flush()); err != nil {
			return err
		}
		if n == 0 && under != "" {
			return fmt.Errorf("%s: %s not found in the image", args[0], visible.Text(under))
		}
	}
	return nil
}

// listed is a line of the list.
type listed struct {
	seaworthy.Entry
	// removes is "removes" or "empties" for a whiteout, and "" for other entries.
	removes string
}

// choose returns the entries that the flags select, at and below a path, without the
// credentials in their paths.
func choose(m *scan.Merged, under string, f *lsFlags, redactor *redact.Redactor) iter.Seq[listed] {
	var from iter.Seq[listed]
	switch {
	case f.buried:
		from = buried(m, f.layer)
	case f.layer >= 0:
		from = layerChanges(m, f.layer)
	default:
		from = live(m)
	}
	return func(yield func(listed) bool) {
		for e := range from {
			if !isUnder(e.Path, under) {
				continue
			}
			e.Path, e.Link = redactor.Tokens(e.Path), redactor.Tokens(e.Link)
			if !yield(e) {
				return
			}
		}
	}
}

func isUnder(p, dir string) bool {
	return dir == "" || p == dir || strings.HasPrefix(p, dir) && p[len(dir)] == '/'
}

func live(m *scan.Merged) iter.Seq[listed] {
	return func(yield func(listed) bool) {
		for e := range m.Live() {
			if !yield(listed{Entry: e}) {
				return
			}
		}
	}
}

// buried returns the buried entries of a layer, sorted by path and layer. A negative
// layer stands for all layers.
func buried(m *scan.Merged, layer int) iter.Seq[listed] {
	type place struct {
		path           string
		layer, ordinal uint32
	}
	var all []place // small, because there may be millions
	for e := range m.Buried() {
		// A directory that a later layer only gives new attributes is not buried.
		if e.Type == seaworthy.Directory && isDirectory(m, e.Path) || layer >= 0 && e.Layer != layer {
			continue
		}
		all = append(all, place{e.Path, uint32(e.Layer), uint32(e.Ordinal)})
	}
	slices.SortStableFunc(all, func(a, b place) int { return cmp.Compare(a.path, b.path) })
	return func(yield func(listed) bool) {
		for _, p := range all {
			if e, _ := m.At(int(p.layer), int(p.ordinal)); !yield(listed{Entry: e}) {
				return
			}
		}
	}
}

func isDirectory(m *scan.Merged, path string) bool {
	e, ok := m.Lookup(path)
	return ok && e.Type == seaworthy.Directory
}

// layerChanges returns the entries and whiteouts of a layer, in the order of the layer.
func layerChanges(m *scan.Merged, layer int) iter.Seq[listed] {
	return func(yield func(listed) bool) {
		table := m.Table(layer)
		for ordinal, p := range table.Paths() {
			l := listed{Entry: seaworthy.Entry{Header: seaworthy.Header{Path: string(p), Ordinal: ordinal}, Layer: layer}}
			switch r := table.Record(ordinal); {
			case r.Ignored:
				continue
			case r.Whiteout:
				l.removes = "removes"
			case r.Opaque:
				l.removes = "empties"
			default:
				l.Entry, _ = m.At(layer, ordinal)
			}
			if !yield(l) {
				return
			}
		}
	}
}

func listText(w io.Writer, _ *scan.Merged, entries iter.Seq[listed]) (n int, err error) {
	for e := range entries {
		if n++; n == 1 {
			fmt.Fprintf(w, "%-10s %9s %12s %5s  %s\n", "MODE", "OWNER", "SIZE", "LAYER", "PATH")
		}
		if _, err := fmt.Fprintln(w, textLine(e)); err != nil {
			return n, err
		}
	}
	return n, nil
}

// textLine formats an entry like ls -l, with the layer instead of the time.
func textLine(e listed) string {
	layer := strconv.Itoa(e.Layer)
	if e.Layer < 0 {
		layer = "-" // an implied directory: no layer has an entry for it
	}
	if e.removes != "" {
		return fmt.Sprintf("%-10s %9s %12s %5s  %s", e.removes, "", "", layer, visible.Path(e.Path))
	}
	line := fmt.Sprintf("%s %9s %12d %5s  %s", modeText(&e.Header), fmt.Sprintf("%d:%d", e.UID, e.GID), e.Size, layer, visible.Path(e.Path))
	switch e.Type {
	case seaworthy.Symlink:
		line += " -> " + visible.Path(e.Link)
	case seaworthy.Hardlink:
		line += " = " + visible.Path(e.Link)
	}
	if e.RemovedIn != nil {
		line += fmt.Sprintf("  (until layer %d)", *e.RemovedIn)
	}
	return line
}

// modeText formats a mode like ls -l.
func modeText(h *seaworthy.Header) string {
	kinds := map[seaworthy.EntryType]byte{
		seaworthy.Directory: 'd', seaworthy.Symlink: 'l', seaworthy.CharDevice: 'c',
		seaworthy.BlockDevice: 'b', seaworthy.FIFO: 'p',
	}
	text := []byte("-rwxrwxrwx")
	if k, ok := kinds[h.Type]; ok {
		text[0] = k
	}
	for i := range 9 {
		if h.Mode&(1<<(8-i)) == 0 {
			text[1+i] = '-'
		}
	}
	for _, s := range []struct {
		bit uint16
		at  int
		is  byte
	}{{seaworthy.Setuid, 3, 's'}, {seaworthy.Setgid, 6, 's'}, {seaworthy.Sticky, 9, 't'}} {
		if h.Mode&s.bit == 0 {
			continue
		}
		if text[s.at] == '-' {
			text[s.at] = s.is - 'a' + 'A'
		} else {
			text[s.at] = s.is
		}
	}
	return string(text)
}

// listedJSON is a line of the JSON list.
type listedJSON struct {
	Path       string `json:"path"`
	PathBase64 []byte `json:"pathBase64,omitempty"`
	Type       string `json:"type"`
	Mode       string `json:"mode,omitempty"` // octal, as chmod(1) takes it
	UID        uint32 `json:"uid"`
	GID        uint32 `json:"gid"`
	Size       int64  `json:"size"`
	LinkTarget string `json:"linkTarget,omitempty"`
	Layer      *int   `json:"layer,omitempty"`
	RemovedIn  *int   `json:"removedIn,omitempty"`
	SHA256     string `json:"sha256,omitempty"`
}

// listJSON writes a JSON array with one entry per line.
func listJSON(w io.Writer, m *scan.Merged, entries iter.Seq[listed]) (n int, err error) {
	write := func(s string) {
		if err == nil {
			_, err = io.WriteString(w, s)
		}
	}
	write("[")
	for e := range entries {
		separator := ",\n"
		if n++; n == 1 {
			separator = "\n"
		}
		line, encodeErr := json.Marshal(toJSON(m, e))
		if encodeErr != nil {
			return n, encodeErr
		}
		write(separator)
		write(string(visible.JSON(line)))
		if err != nil {
			return n, err
		}
	}
	write("\n]\n")
	return n, err
}

func toJSON(m *scan.Merged, e listed) listedJSON {
	l := listedJSON{
		Type: e.Type.String(), Mode: fmt.Sprintf("%04o", e.Mode), UID: e.UID, GID: e.GID,
		Size: e.Size, LinkTarget: e.Link, RemovedIn: e.RemovedIn,
	}
	l.Path, l.PathBase64 = seaworthy.TextPath(e.Path)
	if e.Layer >= 0 {
		l.Layer = &e.Layer
	}
	if e.removes != "" {
		l.Type, l.Mode = map[string]string{"removes": "whiteout", "empties": "opaque"}[e.removes], ""
		return l
	}
	if sum, ok := m.Digest(&e.Entry); ok {
		l.SHA256 = hex.EncodeToString(sum[:])
	}
	return l
}
