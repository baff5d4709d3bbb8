package image_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"seaworthy.dev/seaworthy/internal/image"
)

// TestSlowBody shows that no response of a registry or its token service can keep a scan
// waiting: neither one that never comes, nor one of a byte now and then, nor one without
// an end.
func TestSlowBody(t *testing.T) {
	const timeout = 300 * time.Millisecond
	shapes := map[string]func(http.ResponseWriter, *http.Request){
		"no header": func(_ http.ResponseWriter, req *http.Request) { <-req.Context().Done() },
		"no body": func(w http.ResponseWriter, req *http.Request) {
			w.(http.Flusher).Flush()
			<-req.Context().Done()
		},
		"drip": func(w http.ResponseWriter, req *http.Request) {
			for req.Context().Err() == nil {
				fmt.Fprint(w, " ")
				w.(http.Flusher).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		},
		"endless": func(w http.ResponseWriter, req *http.Request) {
			for req.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		},
	}
	places := map[string]struct {
		path   string
		status int
	}{
		"ping":              {"/v2/", http.StatusOK},
		"ping with error":   {"/v2/", http.StatusForbidden},
		"token":             {"/token", http.StatusOK},
		"token refused":     {"/token", http.StatusForbidden},
		"manifest":          {"/v2/ship/manifests/", http.StatusOK},
		"manifest error":    {"/v2/ship/manifests/", http.StatusNotFound},
		"blob":              {"/v2/ship/blobs/", http.StatusOK},
		"blob server error": {"/v2/ship/blobs/", http.StatusBadGateway},
	}
	for shape, send := range shapes {
		for name, place := range places {
			t.Run(name+", "+shape, func(t *testing.T) {
				t.Parallel()
				r := serve(t, sample().OCILayout(t))
				r.before = func(w http.ResponseWriter, req *http.Request) bool {
					switch {
					case strings.HasPrefix(req.URL.Path, place.path) && (place.path != "/v2/" || req.URL.Path == "/v2/"):
						w.WriteHeader(place.status)
						send(w, req)
						return true
					case place.path == "/token" && req.URL.Path == "/v2/":
						w.Header().Set("WWW-Authenticate", fmt.Sprintf("Bearer realm=%q", r.URL+"/token"))
						w.WriteHeader(http.StatusUnauthorized)
						return true
					}
					return false
				}
				start := time.Now()
				_, _, err := readAll(t.Context(), r.image(), image.Options{StallTimeout: timeout, RetryWait: time.Millisecond})
				// An endless answer to the ping is cut off, and the scan goes on.
				if err == nil && place.status != http.StatusOK {
					t.Error("no error")
				}
				if spent := time.Since(start); spent > 30*timeout {
					t.Errorf("it took %s: %v", spent, err)
				}
			})
		}
	}
}
