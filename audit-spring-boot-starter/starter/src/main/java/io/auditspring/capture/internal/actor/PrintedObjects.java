/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.capture.internal.actor;

import java.util.regex.Pattern;

/**
 * Texts of whole objects, as {@code toString} makes them: by hand, of a record, by
 * Lombok, by Kotlin, of a map, as JSON. Many an application takes one for a name, and all
 * that the object holds is in it, such as the hash of a password.
 */
public final class PrintedObjects {

	private static final String TYPE = "[\\p{L}_$][\\p{L}\\p{N}_$.]*";

	/** As {@link Object#toString} has it, with the package: jane@cafe is somebody. */
	private static final Pattern IDENTITY = Pattern
		.compile("(?:[a-z_][\\p{L}\\p{N}_$]*\\.)+[A-Z][\\p{L}\\p{N}_$]*@[0-9a-f]{1,8}");

	private static final Pattern BEGINNING = Pattern.compile("(?:" + TYPE + "(?:@[0-9a-f]{1,8})?)?(?:\\(|\\{| ?\\[)");

	private PrintedObjects() {
	}

	/**
	 * Whether a text is one of them.
	 * @param text the text
	 * @return whether it is no name but shows an object with its members
	 */
	public static boolean include(String text) {
		if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0 || IDENTITY.matcher(text).matches()) {
			return true;
		}
		boolean members = text.endsWith(")") || text.endsWith("]") || text.endsWith("}");
		boolean named = text.indexOf('=') >= 0 || (text.endsWith("}") && text.indexOf(':') >= 0);
		return members && named && BEGINNING.matcher(text).lookingAt();
	}

}
