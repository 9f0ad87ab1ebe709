package cli_test

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestACallReachesASwitchOutside: a simulated call takes no time, but a switch in another process has the time that it needs.
func TestACallReachesASwitchOutside(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		fmt.Fprint(c, "Content-Type: auth/request\n\n")
		for in := bufio.NewScanner(c); in.Scan(); {
			switch strings.TrimSpace(in.Text()) {
			case "auth ClueCon":
				fmt.Fprint(c, "Content-Type: command/reply\nReply-Text: +OK accepted\n\n")
			case "api status":
				fmt.Fprint(c, "Content-Type: api/response\nContent-Length: 7\n\nUP 7 ms")
			}
		}
	}()
	host, port, _ := net.SplitHostPort(l.Addr().String())
	path := script(t, fmt.Sprintf(`
		local con = require("ESL").ESLconnection(%q, %s, "ClueCon")
		freeswitch.consoleLog("info", "status " .. con:api("status"):getBody())
		con:disconnect()
		session:answer()
		session:sleep(60000)
	`, host, port))
	config := filepath.Join(t.TempDir(), "eslua.yaml")
	if err := os.WriteFile(config, []byte(fmt.Sprintf("scripts: %q\nesl_allow: [127.0.0.1]\n", filepath.Dir(path))), 0o644); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	status, out, errs := run(t, "call", "--config", config, filepath.Base(path))
	if status != 0 || errs != "" || !strings.Contains(out, "status UP 7 ms") {
		t.Errorf("status %d, %q\n%s", status, errs, out)
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("without a connection the call takes time: %v", took)
	}
}
