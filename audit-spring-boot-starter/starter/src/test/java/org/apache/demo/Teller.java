package org.apache.demo;

/**
 * Belongs to an application, though to one of Apache's.
 *
 * @param password a secret
 * @param credentialsNonExpired tells none, though its name could mean one
 */
public record Teller(String password, boolean credentialsNonExpired) {

}
