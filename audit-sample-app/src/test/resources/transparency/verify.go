// Checks what an audit ledger claims with nothing but golang.org/x/mod/sumdb, which knows nothing of it.
// Reads the claims as JSON from standard input; the exit status is 0 if all of them hold.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type claims struct {
	Key    string   // the verifier key
	Older  string   // a checkpoint
	Newer  string   // a later one
	Growth []string // the consistency proof between them, Base64
	Leaf   int64    // the position of an entry
	Hash   string   // its hash, Base64
	Path   []string // its inclusion proof in the newer one, Base64
}

func main() {
	var c claims
	check("read", json.NewDecoder(os.Stdin).Decode(&c))
	verifier, err := note.NewVerifier(c.Key)
	check("key", err)
	older := open(c.Older, verifier)
	newer := open(c.Newer, verifier)
	check("inclusion", tlog.CheckRecord(hashes(c.Path), newer.N, newer.Hash, c.Leaf, hash(c.Hash)))
	check("consistency", tlog.CheckTree(hashes(c.Growth), newer.N, newer.Hash, older.N, older.Hash))
	fmt.Println("all claims hold")
}

// The text of a checkpoint: origin, size, root.
func open(text string, verifier note.Verifier) tlog.Tree {
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	check("checkpoint", err)
	lines := strings.Split(signed.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check("size", err)
	return tlog.Tree{N: size, Hash: hash(lines[2])}
}

func hashes(texts []string) []tlog.Hash {
	var all []tlog.Hash
	for _, text := range texts {
		all = append(all, hash(text))
	}
	return all
}

func hash(text string) tlog.Hash {
	bytes, err := base64.StdEncoding.DecodeString(text)
	check("hash", err)
	var h tlog.Hash
	copy(h[:], bytes)
	return h
}

func check(what string, err error) {
	if err != nil {
		fmt.Println(what+":", err)
		os.Exit(1)
	}
}
