package image

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Artifact is an OCI artifact: files in a repository of a registry that are no
// image.
type Artifact struct {
	// Type is the media type that says what the artifact is.
	Type  string
	Files []ArtifactFile
}

// ArtifactFile is a file of an artifact.
type ArtifactFile struct {
	Name      string // its title, which need not be fit for a path
	MediaType string
	Digest    string // "sha256:..."
	Size      int64
	// Open gives the bytes. Of an artifact that was pulled they are not verified
	// yet: whoever reads them compares their digest.
	Open func(context.Context) (io.ReadCloser, error)
}

const (
	mediaEmptyConfig = "application/vnd.oci.empty.v1+json"
	titleAnnotation  = "org.opencontainers.image.title"
)

// artifactManifest is the manifest of an artifact.
type artifactManifest struct {
	SchemaVersion int                  `json:"schemaVersion"`
	MediaType     string               `json:"mediaType"`
	ArtifactType  string               `json:"artifactType"`
	Config        artifactDescriptor   `json:"config"`
	Layers        []artifactDescriptor `json:"layers"`
}

type artifactDescriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int64             `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// PushArtifact stores an artifact under a tag, with the credentials of the Docker
// configuration, and gives the digest of its manifest. Files that the repository has
// are not sent again.
func PushArtifact(ctx context.Context, reference string, a *Artifact, opt Options) (digest string, err error) {
	opt = opt.withDefaults()
	ref, err := artifactReference(reference, opt)
	if err != nil {
		return "", err
	}
	repo := ref.Context()
	defer func() {
		if err != nil {
			err = explain(plainCause(err), repo, "artifact "+reference, opt)
		}
	}()
	base, err := newTransport(repo.RegistryStr(), opt)
	if err != nil {
		return "", err
	}
	defer base.CloseIdleConnections()
	options := []remote.Option{remote.WithContext(ctx), remote.WithTransport(base), remote.WithAuthFromKeychain(authn.DefaultKeychain)}
	config := []byte("{}")
	m := artifactManifest{
		SchemaVersion: 2, MediaType: mediaOCIManifest, ArtifactType: a.Type,
		Config: artifactDescriptor{MediaType: mediaEmptyConfig, Digest: sha256Digest(config), Size: int64(len(config))},
		Layers: []artifactDescriptor{},
	}
	if err := remote.WriteLayer(repo, static.NewLayer(config, mediaEmptyConfig), options...); err != nil {
		return "", err
	}
	for i := range a.Files {
		f := &a.Files[i]
		if err := remote.WriteLayer(repo, &fileLayer{ctx, f}, options...); err != nil {
			return "", fmt.Errorf("%s: %w", f.Name, err)
		}
		m.Layers = append(m.Layers, artifactDescriptor{f.MediaType, f.Digest, f.Size, map[string]string{titleAnnotation: f.Name}})
	}
	manifest, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	return sha256Digest(manifest), remote.Put(ref, rawManifest(manifest), options...)
}

// PullArtifact finds an artifact of a type, and gives the digest of its manifest,
// which is verified if the reference has one. Its files are fetched when they are
// opened.
func PullArtifact(ctx context.Context, reference, artifactType string, opt Options) (a *Artifact, digest string, err error) {
	opt = opt.withDefaults()
	ref, err := artifactReference(reference, opt)
	if err != nil {
		return nil, "", err
	}
	defer func() {
		if err != nil {
			err = explain(err, ref.Context(), "artifact "+reference, opt)
		}
	}()
	r, err := connect(ctx, ref.Context(), opt)
	if err != nil {
		return nil, "", err
	}
	data, err := r.manifest(ctx, ref.Identifier(), opt.Limits.JSON)
	if err != nil {
		return nil, "", err
	}
	if d, ok := ref.(name.Digest); ok {
		if err := verifyDigest(d.DigestStr(), data); err != nil {
			return nil, "", fmt.Errorf("the manifest: %w", err)
		}
	}
	var m artifactManifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, "", fmt.Errorf("the manifest cannot be read: %w", err)
	}
	if m.ArtifactType != artifactType {
		return nil, "", fmt.Errorf("this is no artifact of the type %s but of %q", artifactType, m.ArtifactType)
	}
	if len(m.Layers) > opt.Limits.Layers {
		return nil, "", fmt.Errorf("%d files are too many: at most %d", len(m.Layers), opt.Limits.Layers)
	}
	a = &Artifact{Type: m.ArtifactType}
	for _, l := range m.Layers {
		if _, err := newVerifier(l.Digest); err != nil {
			return nil, "", err
		}
		a.Files = append(a.Files, ArtifactFile{
			Name: l.Annotations[titleAnnotation], MediaType: l.MediaType, Digest: l.Digest, Size: l.Size,
			Open: func(ctx context.Context) (io.ReadCloser, error) {
				return r.open(ctx, Blob{Digest: l.Digest, Size: l.Size})
			},
		})
	}
	return a, sha256Digest(data), nil
}

func artifactReference(reference string, opt Options) (name.Reference, error) {
	ref, err := name.ParseReference(reference)
	if err == nil && isInsecure(ref.Context().RegistryStr(), opt) {
		ref, err = name.ParseReference(reference, name.Insecure)
	}
	if err != nil {
		return nil, withHint(err, "name it as HOST/REPOSITORY:TAG, such as registry.example.org/security/advisories:latest")
	}
	return ref, nil
}

// rawManifest is a manifest as [remote.Put] wants it.
type rawManifest []byte

// RawManifest implements [remote.Taggable].
func (m rawManifest) RawManifest() ([]byte, error) { return m, nil }

// MediaType tells the registry what it gets.
func (m rawManifest) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }

// fileLayer is a file as [remote.WriteLayer] wants it.
type fileLayer struct {
	ctx  context.Context
	file *ArtifactFile
}

var _ v1.Layer = (*fileLayer)(nil)

// Digest implements [v1.Layer].
func (l *fileLayer) Digest() (v1.Hash, error) { return v1.NewHash(l.file.Digest) }

// Compressed implements [v1.Layer].
func (l *fileLayer) Compressed() (io.ReadCloser, error) { return l.file.Open(l.ctx) }

// Size implements [v1.Layer].
func (l *fileLayer) Size() (int64, error) { return l.file.Size, nil }

// MediaType implements [v1.Layer].
func (l *fileLayer) MediaType() (types.MediaType, error) {
	return types.MediaType(l.file.MediaType), nil
}

var errNoImage = errors.New("an artifact is no image")

// DiffID implements [v1.Layer].
func (l *fileLayer) DiffID() (v1.Hash, error) { return v1.Hash{}, errNoImage }

// Uncompressed implements [v1.Layer].
func (l *fileLayer) Uncompressed() (io.ReadCloser, error) { return nil, errNoImage }
