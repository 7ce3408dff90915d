/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What names of chains say: {@code orders}, {@code orders@2} and {@code orders@3} go on
 * in each other's place.
 */
public final class ChainNames {

	/** Where a ledger records what it does about chains that it does not append to. */
	public static final String LOCAL = "local";

	private static final Pattern NUMBERED = Pattern.compile("(.+)@([1-9][0-9]{0,8})");

	private ChainNames() {
	}

	/**
	 * Whether what a chain says may be about a chain, by their names alone.
	 * @param by the name of the chain that says it
	 * @param about the name of the chain that it is about
	 * @return whether it is that itself, the ledger's own, or goes on in its place
	 */
	public static boolean speaksFor(String by, String about) {
		return by.equals(about) || by.equals(LOCAL) || goesOn(by, about);
	}

	/**
	 * Whether a chain goes on in the place of another one.
	 * @param later its name
	 * @param earlier the name of the other one
	 * @return whether the names say so
	 */
	public static boolean goesOn(String later, String earlier) {
		return name(later).equals(name(earlier)) && number(later) > number(earlier);
	}

	/**
	 * The next name under which a chain may go on.
	 * @param chain its name
	 * @return {@code orders@2} for {@code orders}, and {@code orders@3} for that
	 */
	public static String next(String chain) {
		return "%s@%s".formatted(name(chain), number(chain) + 1);
	}

	private static String name(String chain) {
		Matcher numbered = NUMBERED.matcher(chain);
		return numbered.matches() ? numbered.group(1) : chain;
	}

	private static int number(String chain) {
		Matcher numbered = NUMBERED.matcher(chain);
		return numbered.matches() ? Integer.parseInt(numbered.group(2)) : 1;
	}

}
