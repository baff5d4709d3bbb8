package main

import (
	"strings"
	"testing"
	"time"
)

const events = `{"Action":"start","Package":"example/a"}
{"Action":"run","Package":"example/a","Test":"TestGood"}
{"Action":"output","Package":"example/a","Test":"TestGood","Output":"=== RUN   TestGood\n"}
{"Action":"output","Package":"example/a","Test":"TestGood","Output":"chatter\n"}
{"Action":"pass","Package":"example/a","Test":"TestGood","Elapsed":0.1}
{"Action":"output","Package":"example/a","Test":"TestDocker","Output":"    server.go:85: dockerd is not installed\n"}
{"Action":"skip","Package":"example/a","Test":"TestDocker"}
{"Action":"output","Package":"example/a","Test":"TestMany/docker","Output":"    server.go:85: dockerd is not installed\n"}
{"Action":"skip","Package":"example/a","Test":"TestMany/docker"}
{"Action":"pass","Package":"example/a","Test":"TestMany"}
{"Action":"output","Package":"example/a","Test":"TestOther","Output":"    x.go:1: only on Windows\n"}
{"Action":"skip","Package":"example/a","Test":"TestOther"}
{"Action":"output","Package":"example/a","Output":"PASS\n"}
{"Action":"output","Package":"example/a","Output":"ok  \texample/a\t0.2s\n"}
{"Action":"pass","Package":"example/a","Elapsed":0.2}
{"Action":"output","Package":"example/b","Test":"TestBad","Output":"    b_test.go:7: got 1, want 2\n"}
{"Action":"output","Package":"example/b","Test":"TestBad","Output":"--- FAIL: TestBad (0.00s)\n"}
{"Action":"fail","Package":"example/b","Test":"TestBad"}
{"Action":"output","Package":"example/b","Test":"TestHangs","Output":"panic: test timed out\n"}
{"Action":"output","Package":"example/b","Output":"FAIL\texample/b\t0.2s\n"}
{"Action":"fail","Package":"example/b","Elapsed":0.2}
{"Action":"output","Package":"example/d","Output":"?   \texample/d\t[no test files]\n"}
{"Action":"skip","Package":"example/d"}
{"Action":"build-output","ImportPath":"example/c","Output":"c.go:1: syntax error\n"}
go: a warning
`

func TestSummarize(t *testing.T) {
	var out strings.Builder
	s, err := summarize(strings.NewReader(events), &out)
	if err != nil {
		t.Fatal(err)
	}
	s.print(&out, 61*time.Second)
	want := `ok  	example/a	0.2s
    b_test.go:7: got 1, want 2
--- FAIL: TestBad (0.00s)
FAIL	example/b	0.2s
panic: test timed out
?   	example/d	[no test files]
c.go:1: syntax error
go: a warning
2 tests passed, 1 failed, 2 skipped in 2 packages, 1m1s
skipped tests and subtests, by the program that is not installed: dockerd (2)
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}
