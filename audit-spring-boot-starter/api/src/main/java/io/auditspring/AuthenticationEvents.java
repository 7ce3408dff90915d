/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * Records sign-ins that Spring Security does not know of, because the application has a
 * login of its own. Inject the bean, and say each in one line:
 *
 * <pre class="code">
 * User user = users.find(name);
 * if (user == null) {
 *     events.failed(name, "no such user");
 * }
 * else if (!user.hasPassword(password)) {
 *     events.failed(Actor.user(user.id()), "wrong password");
 * }
 * else {
 *     request.changeSessionId();
 *     events.signedIn(Actor.user(user.id(), user.name()));
 * }
 * </pre>
 *
 * Nothing here ever throws: an audit database that is down must not lock out those who
 * could repair it. An entry that cannot be kept is logged. What Spring Security tells is
 * recorded already, and must not be told again.
 *
 * @since 0.1.0
 */
public interface AuthenticationEvents {

	/**
	 * Somebody has signed in: an entry {@code login}. Call it when the session's id is
	 * the one that the user goes on with.
	 * @param user who they are
	 */
	void signedIn(Actor user);

	/**
	 * Somebody has signed out: an entry {@code logout} with the session that the request
	 * came with, whether that has been ended already or not.
	 * @param user who they were
	 */
	void signedOut(Actor user);

	/**
	 * Somebody tried in vain to sign in with a name that is no user's, or may not be one:
	 * an entry {@code login} with the outcome {@code failure} and an anonymous actor. As
	 * people type passwords where names belong, its id is a digest of the name, unless
	 * {@code audit.security.unknown-names} is {@code plain}. Of many in a minute from one
	 * address, only some have an entry of their own; the others are counted in one entry
	 * {@code login.flood}.
	 * @param name what was typed
	 * @param reason why it failed; it must not contain the name or the password
	 */
	void failed(String name, String reason);

	/**
	 * Somebody tried in vain to sign in as a user that exists. Likewise, with the user's
	 * id as that of the anonymous actor: nobody knows who it was.
	 * @param user whom they tried to be
	 * @param reason why it failed; it must not contain the password
	 */
	void failed(Actor user, String reason);

}
