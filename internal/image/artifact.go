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

	"seaworthy.dev/seaworthy/internal/jsonerror"
)

// Artifact is an OCI artifact: files in a registry that are not a container image. See
// the OCI image specification 1.1, "Guidelines for Artifact Usage".
type Artifact struct {
	// Type is the artifactType of the manifest, a media type.
	Type  string
	Files []ArtifactFile
}

// ArtifactFile is a file of an artifact.
type ArtifactFile struct {
	Name      string // the annotation org.opencontainers.image.title; not safe as a path
	MediaType string
	Digest    string // "sha256:..."
	Size      int64  // bytes
	// Open returns the content. The content of a pulled artifact is not verified: the
	// caller must compare it with Digest.
	Open func(context.Context) (io.ReadCloser, error)
}

const (
	mediaEmptyConfig = "application/vnd.oci.empty.v1+json"
	titleAnnotation  = "org.opencontainers.image.title"
)

// artifactManifest is an OCI image manifest that describes an artifact.
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

// PushArtifact uploads an artifact to the repository and tag in reference, with the
// credentials in the Docker configuration. It returns the digest of the manifest. Files
// that the repository already has are not uploaded again.
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
	auth := authn.Anonymous
	if found, err := logins(ctx, repo, opt); err != nil {
		return "", err
	} else if len(found) > 0 {
		auth = authenticator(found[0])
	}
	options := []remote.Option{remote.WithContext(withLargeBody(ctx)), remote.WithTransport(base), remote.WithAuth(auth)}
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

// PullArtifact reads the manifest of an artifact and returns the artifact and the digest
// of the manifest. If reference has a digest, the manifest is verified against it. An
// artifact of another type is an error. Files are downloaded when they are opened.
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
			return nil, "", fmt.Errorf("manifest: %w", err)
		}
	}
	var m artifactManifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, "", fmt.Errorf("invalid manifest: %w", jsonerror.Explain(data, err))
	}
	if m.ArtifactType != artifactType {
		return nil, "", fmt.Errorf("wrong artifact type: want %s, the registry has %q", artifactType, m.ArtifactType)
	}
	if len(m.Layers) > opt.Limits.Layers {
		return nil, "", fmt.Errorf("the artifact has %d files; the maximum is %d", len(m.Layers), opt.Limits.Layers)
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

// artifactReference parses the name of an artifact in a registry.
func artifactReference(reference string, opt Options) (name.Reference, error) {
	ref, err := name.ParseReference(reference)
	if err == nil && isInsecure(ref.Context().RegistryStr(), opt) {
		ref, err = name.ParseReference(reference, name.Insecure)
	}
	if err != nil {
		return nil, withHint(err, "use HOST/REPOSITORY:TAG, such as registry.example.org/security/advisories:latest")
	}
	return ref, nil
}

// rawManifest is an encoded manifest, a [remote.Taggable].
type rawManifest []byte

// RawManifest implements [remote.Taggable].
func (m rawManifest) RawManifest() ([]byte, error) { return m, nil }

// MediaType returns the media type that [remote.Put] sends.
func (m rawManifest) MediaType() (types.MediaType, error) { return types.OCIManifestSchema1, nil }

// fileLayer makes an ArtifactFile a [v1.Layer], for [remote.WriteLayer].
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

var errNoDiffID = errors.New("the layers of an artifact have no diffID")

// DiffID implements [v1.Layer].
func (l *fileLayer) DiffID() (v1.Hash, error) { return v1.Hash{}, errNoDiffID }

// Uncompressed implements [v1.Layer].
func (l *fileLayer) Uncompressed() (io.ReadCloser, error) { return nil, errNoDiffID }
