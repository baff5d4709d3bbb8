package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"seaworthy.dev/seaworthy/internal/advisory/store"
	"seaworthy.dev/seaworthy/internal/advisory/update"
	"seaworthy.dev/seaworthy/internal/image"
	"seaworthy.dev/seaworthy/internal/registryconfig"
	"seaworthy.dev/seaworthy/internal/visible"
)

// The media types of the database in a registry.
const (
	dbArtifactType = "application/vnd.seaworthy.advisories.v1"
	dbFileType     = "application/vnd.seaworthy.advisories.body.v1"
)

// shareFlags are the flags of db export, import, push and pull.
type shareFlags struct {
	dir        string
	ecosystems []string
	insecure   []string
	caFile     string
	noProgress bool
}

func (f *shareFlags) registry(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&f.insecure, "insecure-registry", nil, "`host[:port]` of a registry for which plain HTTP and unverified TLS are allowed; may be repeated")
	flags.StringVar(&f.caFile, "ca-file", "", "PEM `file` of additional trusted CA certificates")
	flags.BoolVar(&f.noProgress, "no-progress", false, "do not show progress on the terminal")
}

func (f *shareFlags) selection(cmd *cobra.Command) {
	cmd.Flags().StringSliceVar(&f.ecosystems, "ecosystem", nil, "`name` of a dataset to include, as in db status; may be repeated (default all)")
}

func (a *app) registryOptions(f *shareFlags) (image.Options, error) {
	registries, err := a.registries()
	if err != nil {
		return image.Options{}, err
	}
	return image.Options{InsecureRegistries: f.insecure, CAFile: f.caFile, Log: a.log, Registries: registryconfig.Config(*registries)}, nil
}

func (a *app) dbExportCommand() *cobra.Command {
	var f shareFlags
	cmd := &cobra.Command{
		Use:   "export FILE",
		Short: "Export the advisory database to a file",
		Long: `Export verifies every dataset of the database and writes them to a tar archive for
seaworthy db import on another machine. FILE is - for standard output.`,
		Example: `  seaworthy db export advisories.tar
  seaworthy db export --ecosystem Debian,KEV - | ssh host seaworthy db import -`,
		Args: exactlyOne("file to write"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.dbExport(cmd.Context(), args[0], &f) },
	}
	dbDirFlag(cmd, &f.dir)
	f.selection(cmd)
	return cmd
}

// share opens the datasets that the flags select.
func (a *app) share(ctx context.Context, f *shareFlags) (all []*store.Snapshot, closeAll func(), err error) {
	dir, err := a.dbDirectory(f.dir, "")
	if err != nil {
		return nil, nil, err
	}
	var names []string
	for _, name := range f.ecosystems {
		names = append(names, update.Dataset(name))
	}
	all, err = store.OpenSnapshots(ctx, dir, names)
	return all, func() {
		for _, s := range all {
			s.Close()
		}
	}, err
}

func (a *app) dbExport(ctx context.Context, path string, f *shareFlags) (err error) {
	all, closeAll, err := a.share(ctx, f)
	if err != nil {
		return err
	}
	defer closeAll()
	if path == "-" {
		return store.Export(ctx, a.Stdout, all)
	}
	// A temporary file, so that the final name never stands for an incomplete archive.
	out, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			out.Close()
			os.Remove(out.Name())
		}
	}()
	if err := store.Export(ctx, out, all); err != nil {
		return err
	}
	if err := errors.Join(out.Chmod(0o644), out.Sync(), out.Close()); err != nil {
		return err
	}
	if err := os.Rename(out.Name(), path); err != nil {
		return err
	}
	for _, s := range all {
		fmt.Fprintf(a.Stdout, "%s: %d records\n", s.Name, s.Records)
	}
	return nil
}

func (a *app) dbImportCommand() *cobra.Command {
	var f shareFlags
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "Import an advisory database from db export",
		Long: `Import reads an archive of seaworthy db export. It verifies all datasets first and then
replaces those in the database. Datasets that are not in the archive stay. FILE is - for
standard input.`,
		Example: `  seaworthy db import advisories.tar`,
		Args:    exactlyOne("file to import"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in, err := a.openInput(args[0])
			if err != nil {
				return err
			}
			defer in.Close()
			return a.importDatasets(cmd.Context(), &f, func(i *store.Importer) error {
				if err := i.Archive(cmd.Context(), in); err != nil {
					return fmt.Errorf("%s: %w", args[0], err)
				}
				return nil
			})
		},
	}
	dbDirFlag(cmd, &f.dir)
	return cmd
}

// importDatasets imports the datasets that read adds, all or none.
func (a *app) importDatasets(ctx context.Context, f *shareFlags, read func(*store.Importer) error) error {
	dir, err := a.dbDirectory(f.dir, "")
	if err != nil {
		return err
	}
	i, err := store.NewImporter(dir, a.log)
	if err != nil {
		return err
	}
	defer i.Discard()
	if err := read(i); err != nil {
		return err
	}
	all, err := i.Commit(ctx)
	for _, info := range all {
		fmt.Fprintln(a.Stdout, outcomeText(update.Outcome{Info: info, Changed: true}))
	}
	return err
}

func (a *app) dbPushCommand() *cobra.Command {
	var f shareFlags
	cmd := &cobra.Command{
		Use:   "push REFERENCE",
		Short: "Push the advisory database to a registry",
		Long: `Push pushes the database to a registry as an OCI artifact of the type
` + dbArtifactType + `, with one layer per dataset. It uses the
credentials of docker login. Only datasets that the registry does not have are sent. Pass
the printed digest to seaworthy db pull to pin the database.`,
		Example: `  seaworthy db push registry.example.org/security/advisories:latest`,
		Args:    exactlyOne("reference in a registry, HOST/REPOSITORY:TAG"),
		RunE:    func(cmd *cobra.Command, args []string) error { return a.dbPush(cmd.Context(), args[0], &f) },
	}
	dbDirFlag(cmd, &f.dir)
	f.selection(cmd)
	f.registry(cmd)
	return cmd
}

func (a *app) dbPush(ctx context.Context, reference string, f *shareFlags) error {
	all, closeAll, err := a.share(ctx, f)
	if err != nil {
		return err
	}
	defer closeAll()
	progress := a.downloadProgress(f.noProgress)
	artifact := &image.Artifact{Type: dbArtifactType}
	for _, s := range all {
		artifact.Files = append(artifact.Files, image.ArtifactFile{
			Name: s.Name, MediaType: dbFileType, Digest: s.Digest, Size: s.Size,
			Open: func(context.Context) (io.ReadCloser, error) {
				return io.NopCloser(&progressReader{in: s.Open(), report: progress, at: update.Progress{Name: s.Name, Size: s.Size}}), nil
			},
		})
	}
	opt, err := a.registryOptions(f)
	if err != nil {
		return err
	}
	digest, err := image.PushArtifact(ctx, reference, artifact, opt)
	if err != nil {
		return err
	}
	for _, s := range all {
		fmt.Fprintf(a.Stdout, "%s: %d records\n", s.Name, s.Records)
	}
	_, err = fmt.Fprintf(a.Stdout, "pushed %s\ndigest %s\n", reference, digest)
	return err
}

func (a *app) dbPullCommand() *cobra.Command {
	var f shareFlags
	cmd := &cobra.Command{
		Use:   "pull REFERENCE",
		Short: "Pull the advisory database from a registry",
		Long: `Pull downloads a database that seaworthy db push stored, with the credentials of docker
login. It verifies the digest of every dataset, and of the manifest if REFERENCE ends in
@sha256:..., and then replaces the datasets in the database. Datasets that are up to date
are not downloaded again. Datasets that are not in the registry stay.`,
		Example: `  seaworthy db pull registry.example.org/security/advisories:latest`,
		Args:    exactlyOne("reference in a registry, HOST/REPOSITORY:TAG"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importDatasets(cmd.Context(), &f, func(i *store.Importer) error { return a.dbPull(cmd.Context(), args[0], &f, i) })
		},
	}
	dbDirFlag(cmd, &f.dir)
	f.registry(cmd)
	return cmd
}

func (a *app) dbPull(ctx context.Context, reference string, f *shareFlags, i *store.Importer) error {
	opt, err := a.registryOptions(f)
	if err != nil {
		return err
	}
	artifact, digest, err := image.PullArtifact(ctx, reference, dbArtifactType, opt)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "pulling %s\ndigest %s\n", reference, digest)
	progress := a.downloadProgress(f.noProgress)
	for _, file := range artifact.Files {
		name := cmp.Or(file.Name, "no name")
		if file.MediaType != dbFileType {
			return fmt.Errorf("%s: %s has the media type %q, not %s", reference, name, file.MediaType, dbFileType)
		}
		if i.Has(name, file.Digest) {
			fmt.Fprintf(a.Stdout, "%s: up to date\n", visible.Line(name))
			continue
		}
		if err := a.pullFile(ctx, file, progress, i); err != nil {
			return fmt.Errorf("%s: %w", reference, err)
		}
	}
	return nil
}

func (a *app) pullFile(ctx context.Context, file image.ArtifactFile, progress func(update.Progress), i *store.Importer) error {
	body, err := file.Open(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	return i.Add(ctx, file.Name, file.Digest, &progressReader{in: body, report: progress, at: update.Progress{Name: file.Name, Size: file.Size}})
}

// progressReader reports how many bytes of a file have been read.
type progressReader struct {
	in     io.Reader
	report func(update.Progress) // may be nil
	at     update.Progress
	last   time.Time
}

// Read implements [io.Reader].
func (r *progressReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.at.Read += int64(n)
	if r.report != nil && (time.Since(r.last) >= redrawEvery || r.at.Read == r.at.Size) {
		r.last = time.Now()
		r.report(r.at)
	}
	return n, err
}
