package io.auditspring.bench;

/**
 * What is called. Each way to audit it is another implementation.
 */
interface Desk {

	long pay(long order, String payer);

}
