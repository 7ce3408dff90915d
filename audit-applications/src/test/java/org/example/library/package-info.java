/**
 * Modules that tell each other by events, which Spring Modulith keeps in a table until
 * they are taken in.
 */
package org.example.library;
