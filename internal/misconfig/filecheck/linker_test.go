package filecheck

import "testing"

func FuzzLinkerWords(f *testing.F) {
	f.Add("include /etc/*.conf\n/lib:/usr/lib # x\nhwcap 0 nosegneg\n$ORIGIN/a.so,b.so")
	f.Fuzz(func(t *testing.T, text string) {
		for _, w := range linkerWords(text) {
			if w == "" {
				t.Error("an empty word")
			}
		}
	})
}
