/**
 * Which books are on the shelf.
 */
package org.example.library.inventory;
