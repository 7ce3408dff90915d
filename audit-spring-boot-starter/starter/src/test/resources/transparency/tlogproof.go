// Checks a proof in the form of C2SP tlog-proof with nothing but golang.org/x/mod/sumdb. Its extra data is what the
// entry's hash is made of. Reads the verifier key on one line, then the proof, from standard input.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fail(what string, err error) {
	if err != nil {
		fmt.Println(what+":", err)
		os.Exit(1)
	}
}

func cut(what, line, prefix string) string {
	if !strings.HasPrefix(line, prefix) {
		fail(what, fmt.Errorf("the line is %q", line))
	}
	return line[len(prefix):]
}

func main() {
	in := bufio.NewReader(os.Stdin)
	key, err := in.ReadString('\n')
	fail("key", err)
	text, err := io.ReadAll(in)
	fail("proof", err)
	head, checkpoint, _ := strings.Cut(string(text), "\n\n")
	lines := strings.Split(head, "\n")
	cut("form", lines[0], "c2sp.org/tlog-proof@v1")
	core, err := base64.StdEncoding.DecodeString(cut("extra", lines[1], "extra "))
	fail("extra", err)
	index, err := strconv.ParseInt(cut("index", lines[2], "index "), 10, 64)
	fail("index", err)
	var path tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		fail("path", err)
		path = append(path, hash)
	}

	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	fail("key", err)
	signed, err := note.Open([]byte(checkpoint), note.VerifierList(verifier))
	fail("checkpoint", err)
	parts := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(parts[1], 10, 64)
	fail("checkpoint", err)
	root, err := tlog.ParseHash(parts[2])
	fail("checkpoint", err)
	fail("inclusion", tlog.CheckRecord(path, size, root, index, sha256.Sum256(append([]byte{0}, core...))))

	var entry struct {
		Id  string
		Seq int64
	}
	fail("entry", json.Unmarshal(core, &entry))
	if entry.Seq != index {
		fail("entry", fmt.Errorf("its place is %d", entry.Seq))
	}
	fmt.Println("proven:", index, "of", size, entry.Id)
}
