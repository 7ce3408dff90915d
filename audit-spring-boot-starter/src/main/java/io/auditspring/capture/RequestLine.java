package io.auditspring.capture;

/**
 * What was requested.
 *
 * @param method the HTTP method
 * @param path the template of the path, such as {@code /orders/{id}}, where Spring MVC or
 * WebFlux chose a handler by one, else the path itself; never with the query
 * @param template whether it is a template: what the application wrote, and no value of a
 * request
 */
public record RequestLine(String method, String path, boolean template) {

}
