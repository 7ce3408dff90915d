/**
 * An application that is restarted while it is developed.
 */
package org.example.restart;
