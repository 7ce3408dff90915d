/**
 * Who has which book.
 */
package org.example.library.lending;
