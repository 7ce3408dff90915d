// Checks the proof of an entry by the root log with nothing but golang.org/x/mod/sumdb: the entry in its chain, the
// head of the chain in the map over all chains, and the entry of the root log that states the map under a signed
// checkpoint. Reads the verifier key on one line, then the proof as the API gives it, from standard input.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type path struct {
	Index, Size int64
	Path        []string
}

type head struct {
	Chain  string `json:"chain"`
	Closed bool   `json:"closed"`
	Root   string `json:"root"`
	Size   int64  `json:"size"`
}

type proof struct {
	Hash       string
	InChain    path
	Head       head
	InMap      path
	RootEntry  string
	InRoot     path
	Checkpoint string
}

func fail(what string, err error) {
	if err != nil {
		fmt.Println(what+":", err)
		os.Exit(1)
	}
}

func fromHex(text string) (hash tlog.Hash) {
	bytes, err := hex.DecodeString(text)
	fail("hex", err)
	copy(hash[:], bytes)
	return
}

func leaf(text string) tlog.Hash {
	return sha256.Sum256(append([]byte{0}, text...))
}

func check(what string, p path, leaf tlog.Hash, root tlog.Hash) {
	var hashes tlog.RecordProof
	for _, text := range p.Path {
		hash, err := tlog.ParseHash(text)
		fail(what, err)
		hashes = append(hashes, hash)
	}
	fail(what, tlog.CheckRecord(hashes, p.Size, root, p.Index, leaf))
}

func main() {
	in := bufio.NewReader(os.Stdin)
	key, err := in.ReadString('\n')
	fail("key", err)
	text, err := io.ReadAll(in)
	fail("proof", err)
	var p proof
	fail("proof", json.Unmarshal(text, &p))

	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	fail("key", err)
	signed, err := note.Open([]byte(p.Checkpoint), note.VerifierList(verifier))
	fail("checkpoint", err)
	lines := strings.Split(signed.Text, "\n")
	if !strings.HasSuffix(lines[0], "/root") || lines[1] != fmt.Sprint(p.InRoot.Size) {
		fail("checkpoint", fmt.Errorf("it is one of %s and size %s", lines[0], lines[1]))
	}
	signedRoot, err := base64.StdEncoding.DecodeString(lines[2])
	fail("checkpoint", err)
	var root tlog.Hash
	copy(root[:], signedRoot)
	check("root log", p.InRoot, leaf(p.RootEntry), root)

	var entry struct{ Action, Chain, TargetId string }
	fail("root entry", json.Unmarshal([]byte(p.RootEntry), &entry))
	if entry.Action != "audit.root" || entry.Chain != "root" {
		fail("root entry", fmt.Errorf("it is %s of %s", entry.Action, entry.Chain))
	}
	canonical, err := json.Marshal(p.Head)
	fail("head", err)
	check("map", p.InMap, leaf(string(canonical)), fromHex(entry.TargetId))

	if p.InChain.Size != p.Head.Size {
		fail("chain", fmt.Errorf("the path is of %d entries", p.InChain.Size))
	}
	check("chain", p.InChain, fromHex(p.Hash), fromHex(p.Head.Root))
	fmt.Println("proven in", len(text), "bytes")
}
