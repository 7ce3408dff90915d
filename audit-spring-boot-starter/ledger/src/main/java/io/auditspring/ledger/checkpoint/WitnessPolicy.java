/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.checkpoint;

import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * Which witnesses must have cosigned a checkpoint, as C2SP tlog-policy writes it: lines
 * {@code log <key> [<url>]}, {@code witness <name> <key> [<url>]},
 * {@code group <name> all|any|<number> <names>} and one {@code quorum <name>|none}.
 *
 * @since 0.1.0
 */
public final class WitnessPolicy {

	private static final String NONE = "none";

	private final List<VerifierKey> logs = new ArrayList<>();

	private final Map<String, Witness> witnesses = new LinkedHashMap<>();

	private final Map<String, Group> groups = new LinkedHashMap<>();

	private final Set<String> members = new HashSet<>();

	private @Nullable String quorum;

	/**
	 * A witness.
	 *
	 * @param name its name in the policy
	 * @param key its key
	 * @param url where it takes checkpoints, or {@code null} if that is unknown
	 */
	public record Witness(String name, WitnessKey key, @Nullable URI url) {

	}

	private record Group(int threshold, List<String> members) {

	}

	private WitnessPolicy() {
	}

	/**
	 * Reads a policy.
	 * @param text its lines
	 * @return the policy
	 * @throws IllegalArgumentException if it is none; the message names the line
	 */
	public static WitnessPolicy parse(String text) {
		WitnessPolicy policy = new WitnessPolicy();
		String[] lines = text.split("\n", -1);
		for (int i = 0; i < lines.length; i++) {
			try {
				policy.read(lines[i]);
			}
			catch (IllegalArgumentException ex) {
				throw new IllegalArgumentException("line %s: %s".formatted(i + 1, ex.getMessage()), ex);
			}
		}
		check(policy.quorum != null, "there is no line 'quorum', which may be 'quorum none'");
		return policy;
	}

	private void read(String line) {
		check(line.chars().noneMatch((character) -> (character < ' ' && character != '\t') || character == 0x7f),
				"it contains a control character, such as the one that ends lines on Windows");
		String[] words = line.replaceAll("^[ \t]+|[ \t]+$", "").split("[ \t]+");
		if (words[0].isEmpty() || words[0].startsWith("#")) {
			return;
		}
		switch (words[0]) {
			case "log" -> addLog(words);
			case "witness" -> addWitness(words);
			case "group" -> addGroup(words);
			case "quorum" -> setQuorum(words);
			default -> throw new IllegalArgumentException(
					"it begins with '%s', not with log, witness, group or quorum".formatted(words[0]));
		}
	}

	private void addLog(String[] words) {
		check(words.length == 2 || words.length == 3, "it should be: log <key> [<url>]");
		VerifierKey key = VerifierKey.parse(words[1]);
		check(this.logs.stream().noneMatch(key::isSameKeyAs), "the key of this log was given before");
		this.logs.add(key);
	}

	private void addWitness(String[] words) {
		check(words.length == 3 || words.length == 4, "it should be: witness <name> <key> [<url>]");
		String name = newName(words[1]);
		WitnessKey key = WitnessKey.parse(words[2]);
		check(this.witnesses.values().stream().noneMatch((witness) -> witness.key().isSameKeyAs(key)),
				"the key of this witness was given before");
		this.witnesses.put(name, new Witness(name, key, (words.length == 4) ? URI.create(words[3]) : null));
	}

	private void addGroup(String[] words) {
		check(words.length >= 4, "it should be: group <name> all|any|<number> <names>");
		String name = newName(words[1]);
		List<String> names = Arrays.asList(words).subList(3, words.length);
		for (String member : names) {
			requireDefined(member);
			check(this.members.add(member), "'%s' is a member of a group already".formatted(member));
		}
		this.groups.put(name, new Group(threshold(words[2], names.size()), List.copyOf(names)));
	}

	private static int threshold(String text, int members) {
		int threshold = switch (text) {
			case "all" -> members;
			case "any" -> 1;
			default -> text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
		};
		check(threshold >= 1 && threshold <= members,
				"it should ask for all, any, or a number from 1 to %s, not for '%s'".formatted(members, text));
		return threshold;
	}

	private void setQuorum(String[] words) {
		check(words.length == 2, "it should be: quorum <name>");
		check(this.quorum == null, "there is more than one line 'quorum'");
		if (!words[1].equals(NONE)) {
			requireDefined(words[1]);
		}
		this.quorum = words[1];
	}

	private String newName(String name) {
		check(!name.equals(NONE) && !isDefined(name), "the name '%s' is taken".formatted(name));
		return name;
	}

	private void requireDefined(String name) {
		check(isDefined(name), "no line before it defines '%s'".formatted(name));
	}

	private boolean isDefined(String name) {
		return this.witnesses.containsKey(name) || this.groups.containsKey(name);
	}

	private static void check(boolean valid, String message) {
		if (!valid) {
			throw new IllegalArgumentException(message);
		}
	}

	/**
	 * The logs whose checkpoints count.
	 * @return their keys; empty if they are known from elsewhere
	 */
	public List<VerifierKey> logs() {
		return List.copyOf(this.logs);
	}

	/**
	 * All witnesses.
	 * @return them, in the order of their lines
	 */
	public List<Witness> witnesses() {
		return List.copyOf(this.witnesses.values());
	}

	/**
	 * Looks whether enough witnesses cosigned a checkpoint.
	 * @param checkpoint the checkpoint, with its cosignatures
	 * @return what is missing, in a sentence, or {@code null} if there are enough
	 */
	public @Nullable String missing(Checkpoint checkpoint) {
		Set<String> cosigned = this.witnesses.values()
			.stream()
			.filter((witness) -> witness.key().cosigned(checkpoint).isPresent())
			.map(Witness::name)
			.collect(Collectors.toSet());
		String wanted = String.valueOf(this.quorum);
		return (wanted.equals(NONE) || isMet(wanted, cosigned)) ? null
				: "the quorum '%s' is missing: of %s only %s cosigned it".formatted(wanted, this.witnesses.keySet(),
						this.witnesses.keySet().stream().filter(cosigned::contains).toList());
	}

	/**
	 * Whether anybody must cosign.
	 * @return whether the quorum is another one than {@code none}
	 */
	public boolean asksForAny() {
		return !NONE.equals(this.quorum);
	}

	private boolean isMet(String name, Set<String> cosigned) {
		Group group = this.groups.get(name);
		return (group == null) ? cosigned.contains(name)
				: group.members().stream().filter((member) -> isMet(member, cosigned)).count() >= group.threshold();
	}

}
